package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelNotAllowed reports labels that the setting `labels.required` does not name, if
// `labels.strict` is true.
//
// # Why it matters
//
// Misspelled names and labels that your team does not use get into the image unnoticed.
// The rule only reports something if both settings are there.
//
// # How to fix it
//
// Remove the label, correct its name, or add it to `labels.required`.
var LabelNotAllowed = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-not-allowed",
		Title:    "Label is not in the list of allowed labels",
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
			p.Report(
				lint.Finding{
					Fixes:   deleteLabel(in, pair),
					Span:    pair.Span,
					Message: fmt.Sprintf("label %s is not in the list of the configuration; remove it, or add it to labels.required", quoteShort(key)),
				},
			)
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
