package dockerfile

import (
	"net/mail"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidEmail finds labels that should hold a mail address and do not.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidEmail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-email",
		Title:    "A label is no mail address",
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
		want:   "a mail address",
	}.report(p)
}

func isEmail(s string) bool {
	_, err := mail.ParseAddress(s)
	return err == nil
}
