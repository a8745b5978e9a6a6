package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDuplicateEnvKey finds a variable that a list of environment sets twice,
// to different values. The last one counts: delete the other.
//
// Silent where both are the same, and for env_file, which environment is meant to override. A mapping with a
// key twice is refused: compose-duplicate-key speaks of it.
var ComposeDuplicateEnvKey = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-env-key",
		Title:    "A variable is set twice",
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
				Message: fmt.Sprintf("%q is set again below, and that value counts; delete this line", shortText(kv.Key)),
				Related: []lint.Related{{Span: entries[last[kv.Key]].Span, Message: "the value that counts"}},
				Fixes:   yamlFix("delete the earlier one", lint.Unsafe, edits, ok, changes...),
			})
		}
	}
}
