package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnknownIgnore finds ignore comments of dockmend that name no rule.
//
// Such a comment silences nothing, though somebody believes that it does. Names
// are the ids of rules, their names in other tools, categories, and "all".
//
// Silent for the comments of other tools.
var UnknownIgnore = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unknown-ignore",
		Title:    "An ignore comment names no rule",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
}
