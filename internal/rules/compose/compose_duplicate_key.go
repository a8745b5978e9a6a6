package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDuplicateKey finds a key that a mapping has twice.
//
// Compose refuses the file; other programs take the last value and drop the
// first without a word. Join the two, or delete one.
//
// Silent for merge keys: several are merged, and what they bring may be written
// again.
//
// There is no fix: only the author knows which of the two values is meant.
var ComposeDuplicateKey = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-key",
		Title:    "A mapping has the same key twice",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("dclint:invalid-yaml"),
	},
	Check: checkComposeDuplicateKey,
}

func checkComposeDuplicateKey(p *facts.Pass[*facts.Compose]) {
	for _, pair := range p.Doc.File.Duplicates() {
		p.Report(lint.Finding{
			Span:    pair.Key.Span,
			Message: fmt.Sprintf("%q stands in this mapping already, and Compose refuses the file; join the two, or delete one", shortText(pair.Key.Value)),
			Related: []lint.Related{{Span: pair.First.Key.Span, Message: "it stands here first"}},
		})
	}
}
