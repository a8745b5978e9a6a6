package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// IgnoreIncomplete finds ignore comments that have ended, and those that lack a reason or
// a last day where the configuration requires one.
//
// "# dockmend ignore=RULE until=2027-01-31 -- reason" ignores up to and including that day.
// After it the comment ignores nothing, and the finding is back. Without a reason, nobody
// knows later whether the exception still holds.
//
// require-reason also covers the comments of other tools, and require-until those that
// cannot carry a day.
//
// There is no fix: only the author knows the reason, and whether the exception still holds.
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
