package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelInvalidSemver finds labels that should hold a semantic version and do
// not.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelInvalidSemver = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-semver",
		Title:    "A label is no version",
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
		want:   "a version by semver.org, as 1.2.3",
	}.report(p)
}

// isSemver tells whether s is a version by semver.org: three numbers without
// leading zeros, then pre-release and build.
func isSemver(s string) bool {
	core, build, hasBuild := strings.Cut(s, "+")
	core, pre, hasPre := strings.Cut(core, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) != 3 || hasBuild && !hasIdentifiers(build) || hasPre && !hasIdentifiers(pre) {
		return false
	}
	for _, n := range numbers {
		if n == "" || strings.Trim(n, "0123456789") != "" || len(n) > 1 && n[0] == '0' {
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
