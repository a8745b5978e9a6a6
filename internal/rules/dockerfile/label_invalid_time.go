package dockerfile

import (
	"time"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidTime reports values that are not a time in the format of RFC 3339, in the
// labels `org.opencontainers.image.created` of the OCI image specification, and in the
// labels that the setting `labels.required` gives the format `rfc3339`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Write the time with its time zone, such as `2026-11-24T10:00:00Z`.
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
var LabelInvalidTime = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-time",
		Title:    "Label is not an RFC 3339 time",
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
		want:   "an RFC 3339 time, such as 2026-11-24T10:00:00Z",
	}.report(p)
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}
