package dockerfile

import (
	"time"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidTime finds labels that should hold a time by RFC 3339 and do not.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidTime = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-time",
		Title:    "A label is no time",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  []lint.Alias{{Name: "DL3053", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidTime,
}

func checkLabelInvalidTime(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format: "rfc3339",
		keys:   []string{"org.opencontainers.image.created"},
		valid:  isTime,
		want:   "a time by RFC 3339, as 2026-11-24T10:00:00Z",
	}.report(p)
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}
