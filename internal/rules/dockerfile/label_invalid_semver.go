package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidSemver reports values that are not a semantic version (semver.org), such
// as `v1` or `1.2`, in the labels that the setting `labels.required` gives the format
// `semver`.
//
// # Why it matters
//
// Tools that read the label expect the format, and ignore or reject other values. The
// rule is off by default, because a label does not change what runs.
//
// # How to fix it
//
// Write three numbers, such as `1.2.3`, without a `v`.
//
// # Exceptions
//
// It does not report:
//
//   - empty values
//   - values with a variable
var LabelInvalidSemver = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-semver",
		Title:    "Label is not a semantic version",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Aliases:  []lint.Alias{{Name: "DL3056", Severity: lint.Warning}},
	},
	Check: checkLabelInvalidSemver,
}

func checkLabelInvalidSemver(p *facts.Pass[*facts.Dockerfile]) {
	labelKind{
		format: "semver",
		keys:   []string{},
		valid:  isSemver,
		want:   "a semantic version, such as 1.2.3",
	}.report(p)
}

// isSemver reports whether s is a version as semver.org defines it: three numbers without
// leading zeros, then pre-release and build.
func isSemver(s string) bool {
	core, build, hasBuild := strings.Cut(s, "+")
	core, pre, hasPre := strings.Cut(core, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) != 3 || (hasBuild && !hasIdentifiers(build)) {
		return false
	}
	if hasPre && !hasIdentifiers(pre) {
		return false
	}
	for _, n := range numbers {
		if n == "" || strings.Trim(n, "0123456789") != "" || (len(n) > 1 && n[0] == '0') {
			return false
		}
	}
	return true
}

func hasIdentifiers(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.Trim(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
