package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnnamedStage finds stages before the last one that have no name: only their
// number is left to refer to them.
//
// Off by default: copy-from-stage-number reports where a missing name does
// harm.
var UnnamedStage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unnamed-stage",
		Title:    "A stage without a name",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF023", "kics:using_unnamed_build_stages"),
	},
	Check: checkUnnamedStage,
}

func checkUnnamedStage(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.IsFinal() && s.Name == "" {
			p.Report(lint.Finding{Span: s.From.Head, Message: fmt.Sprintf("%s starts a stage without a name; add AS and one that says what it makes", quoteShort(firstLine(p.Doc.Text(s.From.Head))))})
		}
	}
}
