package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// TestStyleIsOffByDefault: what is only a matter of taste is said to those who
// ask for it (docs/noise.md).
func TestStyleIsOffByDefault(t *testing.T) {
	for _, m := range rules.All().Metas() {
		if m.Default && m.Severity == lint.Style {
			t.Errorf("%s is on by default and of severity style", m.ID)
		}
	}
}

// TestCoverage: no code of another tool loses its rule.
func TestCoverage(t *testing.T) {
	catalog := rules.All()
	totals := map[string]int{}
	for _, tool := range rules.Tools() {
		totals[tool.Name] = len(tool.Codes)
		for i, ids := range tool.Coverage(catalog) {
			code := tool.Codes[i]
			if reason, without := tool.Without[code]; (len(ids) == 0) != without {
				t.Errorf("%s: %s has the rules %q, and the reason %q for having none", tool.Name, code, ids, reason)
			}
		}
	}
	want := map[string]int{"hadolint": 71, "BuildKit": 22, "trivy": 28, "checkov": 28, "dclint": 17, "compose-lint": 27, "KICS (Docker Compose)": 24, "compose-go (validations)": 26}
	if diff := cmp.Diff(want, totals); diff != "" {
		t.Errorf("the tools' codes (-want +got)\n%s", diff)
	}
}

// TestStatements: each statement of the founding document has rules, they exist,
// and the preset cloud-native has one of them at least.
func TestStatements(t *testing.T) {
	metas := map[string]*lint.Meta{}
	for _, m := range rules.All().Metas() {
		metas[m.ID] = m
	}
	for i, s := range rules.Statements() {
		if want := fmt.Sprintf("S%02d", i+1); s.ID != want {
			t.Errorf("statement %s stands where %s should", s.ID, want)
		}
		in := 0
		for _, id := range s.Rules {
			m := metas[id]
			if m == nil {
				t.Errorf("%s: there is no rule %q", s.ID, id)
			} else if slices.Contains(m.Presets, "cloud-native") {
				in++
			}
		}
		if in == 0 {
			t.Errorf("%s: the preset cloud-native has none of %q", s.ID, s.Rules)
		}
	}
	if n := len(rules.Statements()); n != 30 {
		t.Errorf("%d statements, want 30", n)
	}
}
