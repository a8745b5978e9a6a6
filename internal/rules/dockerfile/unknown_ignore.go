package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnknownIgnore reports ignore comments of dockmend that name no rule, or whose word after
// `dockmend` is unknown. It also reports comments that look like an ignore of dockmend, hadolint,
// trivy or checkov, and that the tool does not read: `# hadolint ignore DL3008`,
// `# hadolint ignore=DL3008 because ...`, or an ignore at the end of an instruction.
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
//   - comments of other tools that name rules which dockmend does not know
//   - comments that mention a tool in a sentence
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
