package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnusedIgnore reports ignore comments of dockmend that ignore no finding, and comments in
// a place where they have no effect.
//
// # Why it matters
//
// The problem that the comment was written for no longer exists. A comment that remains
// will hide the next finding in this place.
//
// # How to fix it
//
// Remove the comment, or the name that has no effect. Move a comment for one instruction
// to the line above it, and a comment for the whole file above the first instruction.
//
// # Exceptions
//
// It does not report:
//
//   - comments of other tools, such as hadolint
//   - names of a rule that is off or could not check the file
var UnusedIgnore = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unused-ignore",
		Title:    "Ignore comment has no effect",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
	},
}
