package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipEditableInstall finds pip install -e in a builder stage whose environment is
// copied on: the package is a link to a source folder, which the final image has not.
//
// Silent in stages whose layers are part of the image, since the sources are there,
// where the final stage has files at the same path, and in stages named dev, test
// and the like.
var PipEditableInstall = lint.Rule[*facts.Dockerfile]{
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

func checkPipEditableInstall(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		editable, ok := c.FindFlag("-e", "--editable")
		if !ok || c.Action != "install" && c.Action != "pip" || s == nil || !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		if s.InFinalImage() || hasFolderOf(p.Doc.Final(), s) {
			return
		}
		if value, _ := c.FlagValue("-e", "--editable"); strings.Contains(value.Text, "://") {
			return // a repository: the sources are fetched along
		}
		p.Report(lint.Finding{
			Span:    editable.Span,
			Message: "an editable install is a link to the sources, which stay behind in this stage; install the package itself, without -e",
		})
	}, "pip", "uv")
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
