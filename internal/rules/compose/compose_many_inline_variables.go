package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeManyInlineVariables finds a service with many variables written out and
// without an env_file, which keeps what differs between places out of the file.
//
// Off by default: a matter of taste. Silent where no more than the option "max"
// have a value of their own; references to other variables do not count.
var ComposeManyInlineVariables = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-many-inline-variables",
		Title:    "A service has many variables written out",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options:  []lint.Option{{Name: "max", Doc: "how many variables with a value of their own are not many", Kind: lint.IntOption, OptionValue: lint.OptionValue{Int: 10}}},
	},
	Check: checkComposeManyInlineVariables,
}

func checkComposeManyInlineVariables(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		entry := s.Entry("environment")
		if !isSet(entry) || s.Has("env_file") || seen[entry.Value.Resolve()] {
			continue
		}
		seen[entry.Value.Resolve()] = true
		count := 0
		for _, kv := range s.Env() {
			if kv.Value.Exists() && !kv.Value.Template.HasVariables() {
				count++
			}
		}
		if count > p.Options.Int("max") {
			p.Report(lint.Finding{
				Span:    entry.Key.Span,
				Message: fmt.Sprintf("%d variables are written out here; move them into a file, and name it in env_file", count),
			})
		}
	}
}
