package dockerfile

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelMissing reports final stages without a label that the setting `labels.required`
// names.
//
// # Why it matters
//
// Your tools and policies that read the label do not find it. The rule only reports
// something if the setting is there.
//
// # How to fix it
//
// Add the label to the final stage, or remove it from the setting.
//
// # Exceptions
//
// It does not report:
//
//   - labels that an earlier stage sets, if the final stage builds on it
var LabelMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-missing",
		Title:    "Image does not have a required label",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Requires: []string{"labels.required"},
		Aliases:  []lint.Alias{{Name: "DL3049", Severity: lint.Info}},
	},
	Check: checkLabelMissing,
}

func checkLabelMissing(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || len(p.Settings.Labels) == 0 {
		return
	}
	has := map[string]bool{}
	for _, s := range final.Chain() {
		for _, in := range s.Instructions {
			for _, pair := range in.Pairs {
				if in.Keyword == "label" {
					has[bare(pair.Key)] = true
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Settings.Labels)) {
		if !has[key] {
			p.Report(lint.Finding{Span: final.From.Head, Message: fmt.Sprintf("the image has no label %s, which the configuration requires; add it to the final stage", quoteShort(key))})
		}
	}
}
