package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelDuplicateKey reports labels that a stage sets twice.
//
// # Why it matters
//
// Only the later value is in the image. The earlier one is left over, or one of the two
// has the wrong name.
//
// # How to fix it
//
// Remove one of the two.
//
// # Exceptions
//
// It does not report:
//
//   - a label that an earlier stage or the base image sets, because a stage can change
//     it
//   - names with a variable
var LabelDuplicateKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-duplicate-key",
		Title:    "Label is set twice",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/labels/no-duplicate-keys"),
	},
	Check: checkLabelDuplicateKey,
}

// labelPair is a label with its instruction.
type labelPair struct {
	in *dockerfile.Instruction
	dockerfile.Pair
}

func checkLabelDuplicateKey(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		seen := map[string]labelPair{}
		for _, in := range s.Instructions {
			if in.Keyword != "label" {
				continue
			}
			for _, pair := range in.Pairs {
				key := bare(pair.Key)
				if before, ok := seen[key]; ok && key != "" && !strings.Contains(key, "$") {
					p.Report(lint.Finding{
						Fixes:   removeLabel(before, pair),
						Span:    before.Span,
						Message: fmt.Sprintf("label %s is set again below, so this value has no effect; remove one of the two", quoteShort(key)),
						Related: []lint.Related{{Span: pair.Span, Message: "the label is set again here"}},
					})
				}
				seen[key] = labelPair{in, pair}
			}
		}
	}
}

// removeLabel deletes a label that a later one overrides: the image stays the same.
// Where the two differ, the later value can be the wrong one.
func removeLabel(l labelPair, later dockerfile.Pair) []lint.Fix {
	edit, ok := deletePair(l.in, l.Pair)
	if !ok {
		return nil
	}
	if bare(l.Value) != bare(later.Value) {
		return unsafeFix("remove the earlier label, which has no effect", lint.EffectNone, edit)
	}
	return []lint.Fix{{Title: "remove the earlier label", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{edit}}}
}
