package limits_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/limits"
)

const (
	page  = "../../docs/limits.md"
	begin = "<!-- the table: go test ./internal/limits -update -->\n"
	end   = "<!-- end of the table -->\n"
)

// TestPage holds docs/limits.md to the table; -update writes it.
func TestPage(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	src, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, opened := strings.Cut(string(src), begin)
	old, tail, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has no table between %q and %q", page, begin, end)
	}
	want := "\n" + limits.Markdown() + "\n"
	if update {
		if err := os.WriteFile(page, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, old); diff != "" {
		t.Errorf("%s is not the table: go test ./internal/limits -update\n%s", page, diff)
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the table into the page")
	flag.Parse()
	os.Exit(m.Run())
}

// TestTable: every bound is a number, and says what happens beyond it.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range limits.Table() {
		for _, l := range g.Rows {
			if l.Most < 1 || l.What == "" || l.Past == "" || seen[l.What] {
				t.Errorf("row %+v", l)
			}
			seen[l.What] = true
		}
	}
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := limits.Number(n); got != want {
			t.Errorf("Number(%d) = %s, want %s", n, got, want)
		}
	}
}
