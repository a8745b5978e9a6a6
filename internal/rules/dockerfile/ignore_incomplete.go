package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// IgnoreIncomplete reports ignore comments that have ended, and comments without a reason
// or a last day where the configuration requires one.
//
// # Why it matters
//
// `# dockmend ignore=RULE until=2027-01-31 -- reason` ignores the rule up to and including
// that day. After it, the comment ignores nothing, and the finding is reported again.
// Without a reason, readers cannot report whether the exception is still needed.
//
// # How to fix it
//
// Remove the comment if the exception has ended. Otherwise, add the reason, or a new day:
//
//	# dockmend ignore=latest-tag until=2027-01-31 -- the vendor publishes no versions
//	FROM vendor/tool:latest
//
// # Fix safety
//
// There is no automatic fix: only the author knows the reason, and whether the exception is needed.
//
// # Exceptions
//
// Comments of other tools are covered by `require-reason`. With `require-until`, those that
// cannot have a day are reported too.
var IgnoreIncomplete = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ignore-incomplete",
		Title:    "Ignore comment has ended, or lacks its reason",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Options: []lint.Option{
			{Name: "require-reason", Doc: "whether every ignore comment must give a reason", Kind: lint.BoolOption},
			{Name: "require-until", Doc: "whether every ignore comment must name its last day", Kind: lint.BoolOption},
		},
	},
}
