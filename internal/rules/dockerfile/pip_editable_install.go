package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PipEditableInstall reports `pip install -e` in a build stage whose environment is
// copied to the final image.
//
// # Why it matters
//
// An editable install is only a link to the folder of the sources. That folder is not in
// the final image, so Python fails with `ModuleNotFoundError`.
//
// # How to fix it
//
// Install the package itself, without `-e`:
//
//	RUN pip install .
//
// # Fix safety
//
// There is no fix where the sources come after the installation, from a mount or from a
// `git clone`.
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are part of the final image, because it has the sources
//   - final stages with files in the same folder
//   - stages with a name such as `dev` or `test`
//   - packages from a URL
var PipEditableInstall = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-editable-install",
		Title:    "Editable install links to sources that are not in the final image",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPipEditableInstall,
}

func checkPipEditableInstall(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		editable, ok := c.FindFlag("-e", "--editable")
		if !ok || (c.Action != "install" && c.Action != "pip") || s == nil {
			return
		}
		if !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		if s.InFinalImage() || facts.Once(p.Doc, "the final stage has its folder", s, func() bool { return hasFolderOf(p.Doc.Final(), s) }) {
			return
		}
		if value, _ := c.FlagValue("-e", "--editable"); strings.Contains(value.Text, "://") {
			return // a repository: pip downloads the sources too
		}
		p.Report(lint.Finding{
			Fixes:   installCopy(c, s),
			Span:    editable.Span,
			Message: "an editable install is a link to sources that the final image does not have, so the import fails; install without -e",
		})
	}, "pip", "uv")
}

// installCopy deletes each such flag of the command. There is no edit where sources are
// copied after the installation, because the package would not have them.
func installCopy(c facts.PackageCommand, s *facts.Stage) []lint.Fix {
	if (len(facts.Mounts(c.Instruction)) > 0 && strings.Contains(c.Instruction.Args, "type=bind")) ||
		strings.Contains(c.Instruction.Body, "git clone") {
		return nil
	}
	last := s.Latest("copies from the build context", func(in *dockerfile.Instruction) bool {
		_, from := flagOf(in, "from")
		return !from && (in.Keyword == "copy" || in.Keyword == "add")
	})
	if last != nil && last.Index() > c.Instruction.Index() {
		return nil
	}
	var edits []lint.FileEdit
	for i, w := range c.Words {
		if w.Text != "-e" && w.Text != "--editable" {
			continue
		}
		edit, ok := deleteWords(c.Command, w.Span, 1)
		if !ok || i+1 >= len(c.Words) || !isSourcePath(c.Words[i+1].Text) {
			return nil
		}
		edits = append(edits, edit)
	}
	if len(edits) == 0 {
		return nil
	}
	return unsafeFix("install the package itself, without -e", lint.EffectGraph, edits...)
}

// isSourcePath reports whether the argument is a folder, with or without extras.
func isSourcePath(word string) bool {
	path, _, _ := strings.Cut(word, "[")
	return path == "." || strings.HasPrefix(path, "./") || strings.HasPrefix(path, "/")
}

// hasFolderOf reports whether a stage copies something to the working folder of the
// builder.
func hasFolderOf(final, builder *facts.Stage) bool {
	work := builder.Last("workdir")
	if final == nil || work == nil {
		return true // the folder of the sources is not known
	}
	for _, x := range final.Chain() {
		here := ""
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "workdir":
				here = in.Args
			case "copy", "add":
				_, to, ok := copyWords(in)
				path := strings.TrimRight(bare(to.Text), "/")
				if ok && (path == strings.TrimRight(work.Args, "/") || ((path == "." || path == "") && here == work.Args)) {
					return true
				}
			}
		}
	}
	return false
}
