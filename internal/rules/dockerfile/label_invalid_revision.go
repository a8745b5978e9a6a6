package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidRevision finds labels that should hold a commit hash and do not.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidRevision = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-revision",
		Title:    "A label is no commit",
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
		want:   "a commit hash of 7 to 40 digits",
	}.report(p)
}

func isCommit(s string) bool {
	return (len(s) >= 7 && len(s) <= 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
