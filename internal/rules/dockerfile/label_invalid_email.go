package dockerfile

import (
	"net/mail"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidEmail reports values that are not an email address, in the labels that the
// setting `labels.required` gives the format `email`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Write an address, such as `maintainer="team@example.com"`.
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
var LabelInvalidEmail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-email",
		Title:    "Label is not an email address",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Aliases:  []lint.Alias{{Name: "DL3058", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidEmail,
}

func checkLabelInvalidEmail(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format: "email",
		keys:   []string{},
		valid:  isEmail,
		want:   "an email address, such as team@example.com",
	}.report(p)
}

func isEmail(s string) bool {
	_, err := mail.ParseAddress(s)
	return err == nil
}
