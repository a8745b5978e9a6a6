package rules_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// TestErrorsAreProved holds the list of what may be an error against the rules: those
// of that severity, and those with such a finding in their cases.
func TestErrorsAreProved(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "severities.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| \\[`([a-z0-9-]+)`\\].*\\| (.+) \\| (.+) \\|$").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = true
	}
	errors := map[string]bool{}
	finding := regexp.MustCompile(`^(\S+:)?\d+:\d+-\d+:\d+ error `)
	for _, m := range rules.All().Metas() {
		if m.Severity == lint.Error {
			errors[m.ID] = true
		}
		name := filepath.Join(root, "testdata", "rules", m.Target.String(), m.ID+".txtar")
		cases, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := false
		for line := range strings.Lines(string(cases)) {
			if strings.HasPrefix(line, "-- ") {
				want = strings.HasSuffix(strings.TrimSpace(line), "/want --")
			}
			errors[m.ID] = errors[m.ID] || want && finding.MatchString(line)
		}
	}
	maps.DeleteFunc(errors, func(_ string, is bool) bool { return !is })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(listed)), slices.Sorted(maps.Keys(errors))); diff != "" {
		t.Errorf("docs/severities.md (-listed, +rules that report errors):\n%s", diff)
	}
}
