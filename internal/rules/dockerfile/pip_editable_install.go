package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipEditableInstall finds pip install -e in a final stage, or in one whose
// environment is copied on: the package is a link to a source folder.
//
// Silent in stages named dev, test and the like.
var PipEditableInstall = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-editable-install",
		Title:    "An editable install in an image",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPipEditableInstall,
}

func checkPipEditableInstall(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		editable, ok := c.FindFlag("-e", "--editable")
		if !ok || c.Action != "install" && c.Action != "pip" || s == nil || !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		if value, _ := c.FlagValue("-e", "--editable"); strings.Contains(value.Text, "://") {
			return // a repository: the sources are fetched along
		}
		p.Report(lint.Finding{
			Fixes:   installCopy(c, s, editable),
			Span:    editable.Span,
			Message: "an editable install is a link to the sources, for people who change them; install the package itself, without -e",
		})
	}, "pip", "uv")
}

// installCopy deletes the flag. Where sources arrive after the installation, a
// copy would be made without them.
func installCopy(c facts.PackageCommand, s *facts.Stage, editable facts.Argument) []lint.Fix {
	value, ok := c.FlagValue("-e", "--editable")
	path := strings.SplitN(value.Text, "[", 2)[0]
	if !ok || editable.Text != "-e" && editable.Text != "--editable" || path != "." && !strings.HasPrefix(path, "./") && !strings.HasPrefix(path, "/") || len(facts.Mounts(c.Instruction)) > 0 && strings.Contains(c.Instruction.Args, "type=bind") {
		return nil
	}
	for _, in := range s.Instructions {
		if in.Index() > c.Instruction.Index() && (in.Keyword == "copy" || in.Keyword == "add") {
			if _, from := flagOf(in, "from"); !from {
				return nil
			}
		}
	}
	edit, ok := deleteWords(c.Command, editable.Span, 1)
	if !ok || strings.Contains(c.Instruction.Body, "git clone") {
		return nil
	}
	return unsafeFix("remove "+editable.Text, lint.EffectGraph, edit)
}
