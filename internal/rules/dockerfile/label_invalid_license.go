package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidLicense finds labels that should hold an SPDX licence expression
// and do not: a name of a licence as people say it, or words without an
// operator between them.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidLicense = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-license",
		Title:    "A label is no licence",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  []lint.Alias{{Name: "DL3054", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidLicense,
}

func checkLabelInvalidLicense(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format:  "spdx",
		keys:    []string{"org.opencontainers.image.licenses"},
		valid:   isLicense,
		correct: withOperators,
		want:    "an SPDX expression, as Apache-2.0 or MIT OR GPL-2.0-only",
	}.report(p)
}

// isLicense tells whether s is an expression by SPDX's grammar. Which ids there
// are changes with SPDX's releases, so only those that are surely none are known.
func isLicense(s string) bool {
	depth, wantID := 0, true
	for _, word := range strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s)) {
		switch {
		case word == "(" && wantID:
			depth++
		case word == ")" && !wantID && depth > 0:
			depth--
		case (word == "AND" || word == "OR" || word == "WITH") && !wantID:
			wantID = true
		case wantID && isLicenseID(word):
			wantID = false
		default:
			return false
		}
	}
	return !wantID && depth == 0
}

func isLicenseID(word string) bool {
	switch strings.ToLower(word) {
	case "apache", "gpl", "lgpl", "agpl", "bsd", "license", "licence", "proprietary", "none", "gplv2", "gplv3", "apache2", "apachev2":
		return false
	}
	return strings.Trim(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz0123456789.-+:") == ""
}

// withOperators writes "and", "or" and "with" in capitals, as SPDX has them.
func withOperators(s string) (expression string, ok bool) {
	expression = strings.NewReplacer(" and ", " AND ", " or ", " OR ", " with ", " WITH ").Replace(s)
	return expression, isLicense(expression)
}
