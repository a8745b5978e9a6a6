package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidRevision reports values that are not a commit hash, such as the name of a
// branch, in the labels that the setting `labels.required` gives the format `hash`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Pass the hash as an argument of the build:
//
//	ARG COMMIT
//	LABEL githash=$COMMIT
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
var LabelInvalidRevision = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-revision",
		Title:    "Label is not a commit hash",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Aliases:  []lint.Alias{{Name: "DL3055", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidRevision,
}

func checkLabelInvalidRevision(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format: "hash",
		keys:   []string{},
		valid:  isCommit,
		want:   "a commit hash of 7 to 40 hexadecimal digits",
	}.report(p)
}

func isCommit(s string) bool {
	return ((len(s) >= 7 && len(s) <= 40) || len(s) == 64) && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
