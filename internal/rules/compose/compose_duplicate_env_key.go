package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDuplicateEnvKey reports variables that a list in `environment` sets twice to
// different values.
//
// # Why it matters
//
// Compose uses the last value without a warning. A reader, or someone who changes the
// first one, expects the other value.
//
// # How to fix it
//
// Remove the entry with the wrong value.
//
// # Exceptions
//
// It does not report:
//
//   - two entries with the same value
//   - variables of `env_file`, which `environment` is meant to override
//   - a mapping with the same key twice, which the rule `compose-duplicate-key`
//     reports
var ComposeDuplicateEnvKey = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-env-key",
		Title:    "Variable is set twice with different values",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeDuplicateEnvKey,
}

func checkComposeDuplicateEnvKey(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		last := map[string]int{}
		entries := s.Environment()
		for i, kv := range entries {
			if kv.Item != nil {
				last[kv.Key] = i
			}
		}
		for i, kv := range entries {
			if kv.Item == nil || last[kv.Key] == i || seen[kv.Item] || kv.Value.Raw == entries[last[kv.Key]].Value.Raw {
				continue
			}
			seen[kv.Item] = true
			edits, ok := p.Doc.File.DeleteItem(kv.Item)
			var changes []string
			if top := kv.Item.Path()[0]; strings.HasPrefix(top, "x-") {
				changes = []string{top} // no service has another variable, but the list is shorter
			}
			p.Report(lint.Finding{
				Span:    kv.Span,
				Message: fmt.Sprintf("%q is set again below, so this value is never used; remove this line", shortText(kv.Key)),
				Related: []lint.Related{{Span: entries[last[kv.Key]].Span, Message: "the value that Compose uses"}},
				Fixes:   yamlFix("remove the earlier entry", lint.Unsafe, edits, ok, changes...),
			})
		}
	}
}
