package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidUrl finds labels that should hold an address and do not.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidUrl = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-url",
		Title:    "A label is no address",
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
		want:   "an address, as https://example.com/app",
	}.report(p)
}

func isURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	host, _, _ := strings.Cut(rest, "/")
	return ok && scheme != "" && host != "" && !strings.ContainsAny(s, " \t<>")
}
