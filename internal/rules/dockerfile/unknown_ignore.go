package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnknownIgnore reports ignore comments of dockmend that name no rule, or whose word after
// `dockmend` is unknown.
//
// # Why it matters
//
// Such a comment ignores nothing, although its author expects that it does. The finding
// still fails the check.
//
// # How to fix it
//
// Write the id of a rule, its name in another tool, a category, or `all`. `dockmend rules`
// lists them.
//
//	# dockmend ignore=latest-tag -- the tag is checked elsewhere
//
// # Exceptions
//
// It does not report:
//
//   - comments of other tools, such as hadolint
var UnknownIgnore = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unknown-ignore",
		Title:    "Ignore comment names no known rule",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
}
