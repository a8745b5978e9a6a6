package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDuplicateKey reports keys that a mapping has twice.
//
// # Why it matters
//
// Compose refuses the file. Some other programs that read it use the last value and ignore
// the first one without a warning.
//
// # How to fix it
//
// Merge the two entries, or remove one of them.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the two values is right.
//
// # Exceptions
//
// It does not report merge keys (`<<`): a mapping can have several, and can override
// what they add.
var ComposeDuplicateKey = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-key",
		Title:    "Mapping has the same key twice",
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
			Message: fmt.Sprintf("%q is already a key of this mapping, so Compose refuses the file; merge the two, or remove one", shortText(pair.Key.Value)),
			Related: []lint.Related{{Span: pair.First.Key.Span, Message: "the first entry with this key"}},
		})
	}
}
