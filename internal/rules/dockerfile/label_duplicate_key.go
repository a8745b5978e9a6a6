package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelDuplicateKey finds labels that a stage sets twice: the first value is
// lost.
//
// The fix removes the earlier label, and the image stays the same. It is safe where
// both have the same value. Else it is applied only when asked for: the later value
// counts, which may be the wrong one.
//
// A stage may change what the one has that it builds on.
var LabelDuplicateKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-duplicate-key",
		Title:    "A label is set twice",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/labels/no-duplicate-keys"),
	},
	Check: checkLabelDuplicateKey,
}

// labelPair is a label with the instruction in which it stands.
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
						Message: fmt.Sprintf("the label %s is set again below, so this value is lost; remove one of the two", quoteShort(key)),
						Related: []lint.Related{{Span: pair.Span, Message: "it is set again here"}},
					})
				}
				seen[key] = labelPair{in, pair}
			}
		}
	}
}

// removeLabel deletes a label that another one overrules: the image stays the same.
// Where the two say different things, the one that counts may be the wrong one.
func removeLabel(l labelPair, later dockerfile.Pair) []lint.Fix {
	edit, ok := deletePair(l.in, l.Pair)
	if !ok {
		return nil
	}
	if bare(l.Value) != bare(later.Value) {
		return unsafeFix("remove the earlier label; the image has the later value already", lint.EffectNone, edit)
	}
	return []lint.Fix{{Title: "remove the earlier label", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{edit}}}
}
