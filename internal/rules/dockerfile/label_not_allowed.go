package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelNotAllowed finds labels that the configuration does not name, where it
// is strict (labels.strict).
var LabelNotAllowed = facts.Rule[*facts.Dockerfile]{
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

func checkLabelNotAllowed(p *facts.Pass[*facts.Dockerfile]) {
	if !p.Settings.StrictLabels || len(p.Settings.Labels) == 0 {
		return
	}
	p.Doc.Each("label", true, func(in *dockerfile.Instruction) {
		for _, pair := range in.Pairs {
			key := bare(pair.Key)
			if _, ok := p.Settings.Labels[key]; ok {
				continue
			}
			p.Report(lint.Finding{Fixes: deleteLabel(in, pair), Span: pair.Span, Message: fmt.Sprintf("the label %s is not one that the configuration names; remove it, or add it to labels.required", quoteShort(key))})
		}
	})
}

func deleteLabel(in *dockerfile.Instruction, pair dockerfile.Pair) []lint.Fix {
	edit, ok := deletePair(in, pair)
	if !ok {
		return nil
	}
	return unsafeFix("remove the label", lint.EffectConfig, edit)
}
