package lint_test

import (
	"fmt"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// TestGroups: what is one cause and what is not.
func TestGroups(t *testing.T) {
	a, b := lint.NewSource("a", []byte("FROM x AS one\nRUN y z\n")), lint.NewSource("b", []byte("# b\nFROM x AS one\nRUN y\n"))
	rule, other := &lint.Meta{ID: "rule"}, &lint.Meta{ID: "other"}
	at := func(s *lint.Source, start, end int, m *lint.Meta, severity lint.Severity, message string) *lint.Diagnostic {
		return &lint.Diagnostic{Finding: lint.Finding{Span: text.Span{Start: start, End: end}, Severity: severity, Message: message}, Rule: m, Source: s}
	}
	release := func(path, version, command string) *lint.Source {
		return lint.NewSource(path, []byte("FROM x:"+version+"\nENV A=b\nWORKDIR /a\n\nCOPY . .\n"+command+"\n"))
	}
	first, second, changed := release("1/Dockerfile", "1", "CMD run"), release("2/Dockerfile", "2-b", "CMD run"), release("3/Dockerfile", "3", "CMD go")
	baseline := at(b, 4, 10, rule, lint.Warning, "known")
	baseline.Baseline = true
	tests := []struct {
		name string
		all  []*lint.Diagnostic
		want string
	}{
		{"the same message elsewhere", []*lint.Diagnostic{at(a, 0, 6, rule, lint.Info, "m"), at(b, 18, 21, rule, lint.Info, "m")}, "[2]"},
		{"the same line in a copy, with another message", []*lint.Diagnostic{at(a, 0, 6, rule, lint.Info, "in a"), at(b, 4, 10, rule, lint.Info, "in b")}, "[2]"},
		{"the same word on another line", []*lint.Diagnostic{at(a, 14, 19, rule, lint.Info, "in a"), at(b, 18, 23, rule, lint.Info, "in b")}, "[1 1]"},
		{"two findings of one place", []*lint.Diagnostic{at(a, 0, 6, rule, lint.Info, "first"), at(a, 0, 6, rule, lint.Info, "second")}, "[1 1]"},
		{
			"two findings of one place, in two copies",
			[]*lint.Diagnostic{
				at(a, 0, 6, rule, lint.Info, "1a"), at(a, 0, 6, rule, lint.Info, "2a"), at(b, 4, 10, rule, lint.Info, "1b"), at(b, 4, 10, rule, lint.Info, "2b"),
			}, "[2 2]",
		},
		{
			"the same in a copy for another version",
			[]*lint.Diagnostic{at(first, 0, 8, rule, lint.Info, `"x:1" is old since 2020`), at(second, 0, 10, rule, lint.Info, `"x:2-b" is old since 2021`)}, "[2]",
		},
		{
			"something else in a copy",
			[]*lint.Diagnostic{at(first, 0, 8, rule, lint.Info, `"x:1" is old`), at(second, 0, 10, rule, lint.Info, `"x:2-b" is gone`)}, "[1 1]",
		},
		{
			"the same in a file that is no copy",
			[]*lint.Diagnostic{at(first, 0, 8, rule, lint.Info, `"x:1" is old`), at(changed, 0, 8, rule, lint.Info, `"x:3" is old`)}, "[1 1]",
		},
		{
			"two of one kind in each of two copies",
			[]*lint.Diagnostic{
				at(first, 0, 8, rule, lint.Info, `"x:1" is old`), at(first, 9, 16, rule, lint.Info, `"A" is old`),
				at(second, 0, 10, rule, lint.Info, `"x:2-b" is old`), at(second, 11, 18, rule, lint.Info, `"A" is old`),
			}, "[2 2]",
		},
		{"another rule", []*lint.Diagnostic{at(a, 0, 6, rule, lint.Info, "m"), at(b, 4, 10, other, lint.Info, "m")}, "[1 1]"},
		{"another severity", []*lint.Diagnostic{at(a, 0, 6, rule, lint.Info, "m"), at(b, 4, 10, rule, lint.Error, "m")}, "[1 1]"},
		{"what does not count", []*lint.Diagnostic{baseline}, "[]"},
	}
	for _, tt := range tests {
		sizes := []int{}
		for _, g := range (&lint.Result{Diagnostics: tt.all}).Groups() {
			sizes = append(sizes, len(g))
		}
		if got := fmt.Sprint(sizes); got != tt.want {
			t.Errorf("%s: groups of %s, want %s", tt.name, got, tt.want)
		}
	}
}
