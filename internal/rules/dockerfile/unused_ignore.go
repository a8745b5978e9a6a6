package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnusedIgnore finds ignore comments of dockmend that silence nothing.
//
// What they were written for is gone. A comment that stays will hide the next
// finding at this place.
//
// Silent for the comments of other tools, and where a rule was off or could not
// check the file.
var UnusedIgnore = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unused-ignore",
		Title:    "An ignore comment silences nothing",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
	},
}
