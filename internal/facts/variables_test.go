package facts_test

import (
	"slices"
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
)

func TestVariableUses(t *testing.T) {
	for _, c := range []struct {
		word              string
		plain, inHeredocs []string
	}{
		{`$A ${B} '$C' "$D" \$E`, []string{"A", "B", "D"}, []string{"A", "B", "C", "D"}},
		{`${A:-x} ${B-x} ${C:+x} ${D:?x}`, []string{"A", "B", "C", "D"}, []string{"A", "B", "C", "D"}},
		{`${templateOption:x} ${:} ${} $`, nil, nil},
		{`$1 ${22} $@ $* $# $? $$ $! $- $(date)`, nil, []string{"1", "22", "@", "*", "#", "?", "$", "!", "-"}},
	} {
		names := func(uses []facts.VariableUse) (names []string) {
			for _, u := range uses {
				names = append(names, u.Name)
			}
			return names
		}
		if got := names(facts.VariableUses(c.word, '\\')); !slices.Equal(got, c.plain) {
			t.Errorf("VariableUses(%s) = %q, want %q", c.word, got, c.plain)
		}
		if got := names(facts.HeredocUses(c.word)); !slices.Equal(got, c.inHeredocs) {
			t.Errorf("HeredocUses(%s) = %q, want %q", c.word, got, c.inHeredocs)
		}
	}
}

func TestBaseSets(t *testing.T) {
	for _, c := range []struct {
		image, name string
		sets, known bool
	}{
		{"scratch", "PATH", true, true},
		{"scratch", "HOME", false, true},
		{"debian:13", "HOME", false, true},
		{"docker.io/library/node:24", "NODE_VERSION", true, true},
		{"node:24", "NODE_ENV", false, true},
		{"php:8.4", "PHP_INI_DIR", true, true},
		{"registry.example.org/base:1", "HOME", false, false},
		{"golang:1.25-nanoserver", "GOPATH", false, false},
	} {
		if sets, known := facts.ParseImage(c.image).BaseSets(c.name); sets != c.sets || known != c.known {
			t.Errorf("%s sets %s: %v, known %v; want %v, %v", c.image, c.name, sets, known, c.sets, c.known)
		}
	}
}
