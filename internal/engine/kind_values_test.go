package engine

import (
	"slices"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// TestKinds: each kind of file has a value, at its place, and is read as itself.
func TestKinds(t *testing.T) {
	all := kinds()
	if len(all) != len(lint.Targets()) {
		t.Fatalf("%d values for %d kinds of files", len(all), len(lint.Targets()))
	}
	catalog := rules.All()
	for i, target := range lint.Targets() {
		k := kindOf(target)
		if all[i].target != target || k.target != target {
			t.Errorf("the value of %s is that of %s", target, k.target)
		}
		if k.rules == nil || k.parse == nil || k.rules(catalog) == 0 {
			t.Errorf("%s: the value has no rules or cannot be parsed", target)
		}
		if target.Describe() == "" || target.String() == "" {
			t.Errorf("%s has no words", target)
		}
		if !slices.ContainsFunc(catalog.Metas(), func(m *lint.Meta) bool { return m.Target == target }) {
			t.Errorf("no rule reads %s", target)
		}
	}
}
