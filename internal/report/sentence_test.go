package report

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestSentence: what is said of a group is true of all of it.
func TestSentence(t *testing.T) {
	rule := &lint.Meta{ID: "user-root", Title: "Service runs as root."}
	group := func(messages ...string) lint.Group {
		var g lint.Group
		for _, m := range messages {
			g = append(g, &lint.Diagnostic{Finding: lint.Finding{Message: m}, Rule: rule})
		}
		return g
	}
	tests := []struct {
		name string
		g    lint.Group
		want string
	}{
		{"one", group(`"a" runs as root; use a number`), `"a" runs as root; use a number`},
		{"the same", group("x; y", "x; y"), "x; y"},
		{"another name", group(`"a" runs as root; use a number`, `"b" runs as root; use a number`), "Service runs as root; use a number"},
		{"another advice", group(`"a" runs as root; use 1`, `"a" runs as root; use 2`), "Service runs as root"},
		{"no advice", group(`"a" runs as root`, `"b" runs as root`), "Service runs as root"},
	}
	for _, tt := range tests {
		if got := sentence(tt.g); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestWhere: the places of one file stand together, and all are counted.
func TestWhere(t *testing.T) {
	var g lint.Group
	for _, file := range []string{"a", "b", "c", "d"} {
		src := lint.NewSource(file, []byte(strings.Repeat("x\n", 9)))
		for line := range 6 {
			d := &lint.Diagnostic{Source: src}
			d.Span.Start, d.Span.End = line*2, line*2+1
			g = append(g, d)
		}
	}
	tests := []struct {
		g    lint.Group
		want string
	}{
		{g[:1], "`a:1`"},
		{g[:4], "`a:1`, 2, 3, 4"},
		{g[:5], "5 places, the first:<br>`a:1`, 2, 3, 4"},
		{g[4:7], "`a:5`, 6<br>`b:1`"},
		{g, "24 places, the first:<br>`a:1`, 2, 3, 4<br>`b:1`, 2, 3, 4<br>`c:1`, 2, 3, 4"},
	}
	for _, tt := range tests {
		if got := where(tt.g, nil); got != tt.want {
			t.Errorf("%d: %q, want %q", len(tt.g), got, tt.want)
		}
	}
}

// TestHarmBeforeCount: of one severity, what does most harm comes first, whatever there is
// most of.
func TestHarmBeforeCount(t *testing.T) {
	weakness := map[string]int{"secret": 798, "open": 306, "old": 1104, "root": 250}
	src := lint.NewSource("Dockerfile", []byte("FROM a\n"))
	r := &lint.Result{}
	add := func(id string, category lint.Category, severity lint.Severity) {
		r.Diagnostics = append(r.Diagnostics, &lint.Diagnostic{
			Finding: lint.Finding{Severity: severity, Message: id}, Rule: &lint.Meta{ID: id, Category: category}, Source: src,
		})
	}
	for range 3 {
		add("unpinned", lint.Reproducibility, lint.Warning)
	}
	add("root", lint.Security, lint.Warning)
	add("old", lint.Security, lint.Warning)
	add("secret", lint.Security, lint.Warning)
	add("open", lint.Security, lint.Warning)
	add("refused", lint.Correctness, lint.Error)
	add("large", lint.Size, lint.Info)
	var got []string
	for _, g := range worstFirst(r, false, func(id string) int { return weakness[id] }) {
		got = append(got, g[0].Rule.ID)
	}
	if want := "refused secret open old root unpinned large"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAlike: of many entries, those of one rule that advise the same are one row.
func TestAlike(t *testing.T) {
	rule, other := &lint.Meta{ID: "port", Title: "Port is open"}, &lint.Meta{ID: "other"}
	src := lint.NewSource("Dockerfile", []byte("FROM a\n"))
	one := func(m *lint.Meta, message string) lint.Group {
		return lint.Group{{Finding: lint.Finding{Message: message}, Rule: m, Source: src}}
	}
	got := alike([]lint.Group{
		one(rule, `"a" is open; close it`), one(other, `"a"; close it`), one(rule, `"b" is open; close it`), one(rule, `"c" is open; use a login`),
		one(rule, "no advice"), one(rule, "none either"),
	})
	if len(got) != 5 || len(got[0]) != 2 || sentence(got[0]) != "Port is open; close it" {
		t.Errorf("%d rows, the first has %d findings: %s", len(got), len(got[0]), sentence(got[0]))
	}
}
