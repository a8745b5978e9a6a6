package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelNotAllowed finds labels that the configuration does not name, where it
// is strict (labels.strict).
var LabelNotAllowed = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-not-allowed",
		Title:    "A label is not on the list",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Requires: []string{"labels.strict"},
		Aliases:  []lint.Alias{{Name: "DL3050", Severity: lint.Info}},
	},
	Check: checkLabelNotAllowed,
}

func checkLabelNotAllowed(p *lint.Pass[*facts.Dockerfile]) {
	if !p.Settings.StrictLabels || len(p.Settings.Labels) == 0 {
		return
	}
	eachLabel(p, func(pair dockerfile.Pair, key, _ string) {
		if _, ok := p.Settings.Labels[key]; !ok {
			p.Report(lint.Finding{Span: pair.Span, Message: fmt.Sprintf("the label %s is not one that the configuration names; remove it, or add it to labels.required", quoteShort(key))})
		}
	})
}
