package rules_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/dockmend/dockmend/internal/rules"
)

// TestComparedRulesExist: each rule that docs/compare-others.md names for a rule of another
// tool is in the catalogue.
func TestComparedRulesExist(t *testing.T) {
	src, err := os.ReadFile("../../docs/compare-others.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("\\[`([a-z0-9-]+)`\\]\\(rules/([a-z0-9-]+)\\.md\\)").FindAllSubmatch(src, -1)
	if len(named) == 0 {
		t.Fatal("the page names no rule")
	}
	catalog := rules.All()
	for _, m := range named {
		if id := string(m[1]); id != string(m[2]) || len(catalog.Find(id)) != 1 {
			t.Errorf("%s is no rule, or its link leads elsewhere", m[1])
		}
	}
}
