package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnreachableStage finds stages that the last one does not need: BuildKit skips
// them, and they only cost reading.
//
// Off by default: somebody may build one with --target. Stages named test,
// lint, dev and the like are left alone.
var UnreachableStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unreachable-stage",
		Title:    "A stage is used by nothing",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/no-unreachable-stages"),
	},
	Check: checkUnreachableStage,
}

func checkUnreachableStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.ReachesFinal() || isDevelopment(s) || s.Name == "lint" || s.Name == "docs" || s.Name == "" || s.MayBeMeant() {
			continue
		}
		p.Report(lint.Finding{Span: s.From.Head, Message: fmt.Sprintf("nothing needs the stage %s to build the last one; remove it, unless it is built with --target", quoteShort(s.Name))})
	}
}
