package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidLicense reports values that are not an SPDX license expression, such as
// `Apache License 2.0` or `MIT, GPL`, in the labels `org.opencontainers.image.licenses`
// of the OCI image specification, and in the labels that the setting `labels.required`
// gives the format `spdx`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Use the identifiers of SPDX, and join them with `AND`, `OR` or `WITH`:
//
//	LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
//   - unknown identifiers, because each release of SPDX adds some
var LabelInvalidLicense = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-license",
		Title:    "Label is not an SPDX license expression",
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
		want:    "an SPDX license expression, such as Apache-2.0 or MIT OR GPL-2.0-only",
	}.report(p)
}

// isLicense reports whether s is an expression in the grammar of SPDX. New releases of
// SPDX add identifiers, so it only rejects words that are certainly not one.
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

// withOperators writes "and", "or" and "with" in capitals, as SPDX requires.
func withOperators(s string) (expression string, ok bool) {
	expression = strings.NewReplacer(" and ", " AND ", " or ", " OR ", " with ", " WITH ").Replace(s)
	return expression, isLicense(expression)
}
