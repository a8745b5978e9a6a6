package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/tools/rulepage"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

// TestEachFixingRuleIsNamed holds the table of docs/adr/0023 against the cases: each
// rule whose cases show a fix stands there once, as what its fixes are, with a reason.
func TestEachFixingRuleIsNamed(t *testing.T) {
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	table, err := rulepage.Safety(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^  fix \((\w+), (\w+)\)`)
	sources, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range sources {
		cases, err := os.ReadFile(filepath.Join(root, rule.Target.FixtureFile(rule.ID)))
		if err != nil {
			t.Fatal(err)
		}
		var as []string
		for _, m := range shown.FindAllStringSubmatch(string(cases), -1) {
			if !slices.Contains(as, m[1]) {
				as = append(as, m[1])
			}
			if m[1] == "safe" && (m[2] == "graph" || m[2] == "unknown") {
				t.Errorf("%s: a safe fix whose effect is %s", rule.ID, m[2])
			}
		}
		slices.SortFunc(as, func(a, b string) int { return strings.Index(applied, a) - strings.Index(applied, b) })
		if want := strings.Join(as, " or "); table[rule.ID].Applied != want {
			t.Errorf("%s: docs/adr/0023 says %q, its cases %q", rule.ID, table[rule.ID].Applied, want)
		}
		delete(table, rule.ID)
	}
	for id := range table {
		t.Errorf("%s stands in the table and is no rule", id)
	}
}

// TestNoFixIsExplained: the page of each rule that is on by default, and has no fix in any
// of its cases, says why.
func TestNoFixIsExplained(t *testing.T) {
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	isDefault := map[string]bool{}
	for _, meta := range rules.All().Metas() {
		isDefault[meta.ID] = meta.Default
	}
	explained := 0
	for _, rule := range sources {
		cases, err := os.ReadFile(filepath.Join(root, rule.Target.FixtureFile(rule.ID)))
		if err != nil {
			t.Fatal(err)
		}
		if !isDefault[rule.ID] || strings.Contains(string(cases), "\n  fix (") {
			continue
		}
		page, err := os.ReadFile(filepath.Join(root, "docs/rules", rule.ID+".md"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), "There is no automatic fix: ") {
			t.Errorf("%s has no fix, and its page does not say why: \"There is no automatic fix: ...\"", rule.ID)
		}
		explained++
	}
	if explained == 0 {
		t.Error("each rule has a fix, so that this test shows nothing")
	}
}

// applied are the ways in which a fix is applied, in the order of the table.
const applied = "safe unsafe manual"
