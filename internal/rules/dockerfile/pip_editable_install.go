package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PipEditableInstall finds pip install -e in a builder stage whose environment is
// copied on: the package is a link to a source folder, which the final image has not.
//
// Silent in stages whose layers are part of the image, since the sources are there,
// where the final stage has files at the same path, and in stages named dev, test
// and the like.
var PipEditableInstall = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-editable-install",
		Title:    "An editable install whose sources stay behind",
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
		if !ok || c.Action != "install" && c.Action != "pip" || s == nil || !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		if s.InFinalImage() || facts.Once(p.Doc, "the final stage has its folder", s, func() bool { return hasFolderOf(p.Doc.Final(), s) }) {
			return
		}
		if value, _ := c.FlagValue("-e", "--editable"); strings.Contains(value.Text, "://") {
			return // a repository: the sources are fetched along
		}
		p.Report(lint.Finding{
			Fixes:   installCopy(c, s),
			Span:    editable.Span,
			Message: "an editable install is a link to the sources, which stay behind in this stage; install the package itself, without -e",
		})
	}, "pip", "uv")
}

// installCopy deletes the flag wherever the command has it. Where sources arrive
// after the installation, a copy would be made without them.
func installCopy(c facts.PackageCommand, s *facts.Stage) []lint.Fix {
	if len(facts.Mounts(c.Instruction)) > 0 && strings.Contains(c.Instruction.Args, "type=bind") || strings.Contains(c.Instruction.Body, "git clone") {
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
	return unsafeFix("install the package itself", lint.EffectGraph, edits...)
}

// isSourcePath tells whether what is installed is a folder, with or without extras.
func isSourcePath(word string) bool {
	path, _, _ := strings.Cut(word, "[")
	return path == "." || strings.HasPrefix(path, "./") || strings.HasPrefix(path, "/")
}

// hasFolderOf tells whether a stage copies something to a folder in which the builder
// works.
func hasFolderOf(final, builder *facts.Stage) bool {
	work := builder.Last("workdir")
	if final == nil || work == nil {
		return true // nobody knows where the sources are
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
				if ok && (path == strings.TrimRight(work.Args, "/") || (path == "." || path == "") && here == work.Args) {
					return true
				}
			}
		}
	}
	return false
}
