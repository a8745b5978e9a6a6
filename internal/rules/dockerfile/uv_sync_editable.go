package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UvSyncEditable reports `uv sync` without `--no-editable` in a stage whose virtual
// environment the final stage copies without the sources.
//
// # Why it matters
//
// By default, uv installs the project as a link to its sources (editable). In the final
// stage the link points to a directory that does not exist, and the program fails with "No
// module named ...".
//
// # How to fix it
//
// Install the project as a copy:
//
//	RUN uv sync --locked --no-editable
//
// # Exceptions
//
// It does not report:
//
//   - `--no-install-project`, `--no-install-workspace` and `UV_NO_EDITABLE`
//   - stages from which the final stage also copies the sources; the option `always`,
//     which the preset `cloud-native` sets, reports these too
var UvSyncEditable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-editable",
		Title:    "Copied environment links to sources that are not in the image",
		Category: lint.Python,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{{
			Name: "always", Doc: "also report builder stages whose sources the final stage copies", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}},
	},
	Check: checkUvSyncEditable,
}

func checkUvSyncEditable(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if s == final || c.HasFlag("--no-editable", "--no-install-project", "--no-install-workspace") || hasVariableFlag(c) || envAt(p.Doc, c.Command, "UV_NO_EDITABLE") {
			return
		}
		copied := copiesVenvAlone(final, s)
		if copied == nil && p.Options.Bool("always") && final.Parent != s {
			p.Report(lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s installs the project as a link to its sources, so the environment only works with them in the same path; add --no-editable", quoteShort(firstLine(p.Doc.Text(c.Span)))),
				Fixes:   insertAfterAction(c, "--no-editable"),
			})
		}
		if copied != nil {
			p.Report(lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s installs the project as a link to its sources, but only the environment is copied; add --no-editable", quoteShort(firstLine(p.Doc.Text(c.Span)))),
				Related: []lint.Related{{Span: copied.Head, Message: "the environment is copied here"}},
				Fixes:   insertAfterAction(c, "--no-editable"),
			})
		}
	})
}

// copiesVenvAlone finds the COPY of an environment from a stage, from which
// nothing else is copied.
func copiesVenvAlone(final, from *facts.Stage) (found *dockerfile.Instruction) {
	for _, r := range final.References() {
		if r.Stage != from || r.Instruction.Keyword != "copy" {
			continue
		}
		sources, _, ok := copyWords(r.Instruction)
		if !ok || len(sources) != 1 || !isVenv(bare(sources[0].Text)) {
			return nil
		}
		found = r.Instruction
	}
	return found
}
