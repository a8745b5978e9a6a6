package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeManyInlineVariables reports services that set more variables in `environment`
// than the option `max` allows, and have no `env_file`. References to other variables
// do not count.
//
// # Why it matters
//
// An `env_file` keeps what differs between environments, such as development and
// production, out of the Compose file. The rule is off by default, because this is a
// matter of taste.
//
// # How to fix it
//
// Move the variables to a file:
//
//	env_file: web.env
var ComposeManyInlineVariables = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-many-inline-variables",
		Title:    "Service sets many variables in the Compose file",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{
			{
				Name:        "max",
				Doc:         "how many variables with a value a service can set without a finding",
				Kind:        lint.IntOption,
				OptionValue: lint.OptionValue{Int: 10},
			},
		},
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
				Message: fmt.Sprintf("%d variables are set here, which mixes the settings of one environment into the definition of the service; move them to a file, and set env_file to it", count),
			})
		}
	}
}
