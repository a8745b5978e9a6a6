package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidUrl reports values that are not a URL, in the labels
// `org.opencontainers.image.url`, `org.opencontainers.image.source` and
// `org.opencontainers.image.documentation` of the OCI image specification, and in the
// labels that the setting `labels.required` gives the format `url`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Write a whole URL with its scheme, such as `https://example.com/app`.
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
var LabelInvalidUrl = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-url",
		Title:    "Label is not a URL",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  []lint.Alias{{Name: "DL3052", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidUrl,
}

func checkLabelInvalidUrl(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format: "url",
		keys:   []string{"org.opencontainers.image.url", "org.opencontainers.image.source", "org.opencontainers.image.documentation"},
		valid:  isURL,
		want:   "a URL, such as https://example.com/app",
	}.report(p)
}

func isURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	host, _, _ := strings.Cut(rest, "/")
	return ok && scheme != "" && host != "" && !strings.ContainsAny(s, " \t<>")
}
