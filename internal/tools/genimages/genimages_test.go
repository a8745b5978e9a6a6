package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

func dataFolder(t *testing.T) string {
	t.Helper()
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "internal", "images")
}

// TestTablesAreFresh: zz_tables.go is what go generate makes of the tables.
func TestTablesAreFresh(t *testing.T) {
	dir := dataFolder(t)
	want, err := tables(os.DirFS(filepath.Join(dir, "data")))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "zz_tables.go"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("internal/images/zz_tables.go is stale: run make generate")
	}
}

// TestEachLineHasItsSource: no fact without one, no pattern twice.
func TestEachLineHasItsSource(t *testing.T) {
	data := os.DirFS(filepath.Join(dataFolder(t), "data"))
	for _, name := range []string{"moved.tsv", "aliases.tsv", "suites.tsv", "current.tsv", "archives.tsv", "bases.tsv", "names.tsv"} {
		rows, err := read(data, name)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, r := range rows {
			if strings.TrimSpace(r["source"]) == "" {
				t.Errorf("%s: %v has no source", name, r)
			}
			if p := r["pattern"]; p != "" && seen[p] {
				t.Errorf("%s: %s stands there twice", name, p)
			}
			seen[r["pattern"]] = true
		}
	}
}

// TestLeftOutAreOut: what did not enter is not in the table, and each has its reason.
func TestLeftOutAreOut(t *testing.T) {
	data := os.DirFS(filepath.Join(dataFolder(t), "data"))
	moved, err := read(data, "moved.tsv")
	if err != nil {
		t.Fatal(err)
	}
	left, err := read(data, "moved-left-out.tsv")
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	for _, r := range moved {
		in[r["pattern"]] = true
	}
	for _, r := range left {
		if in[r["pattern"]] || r["why"] == "" {
			t.Errorf("%s is in the table, or nothing says why not", r["pattern"])
		}
	}
}

// TestBasesAreConsistent: a row says something, and does not say both of a program.
func TestBasesAreConsistent(t *testing.T) {
	rows, err := read(os.DirFS(filepath.Join(dataFolder(t), "data")), "bases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		said := false
		for _, column := range baseColumns() {
			said = said || r[column] != ""
		}
		if !said {
			t.Errorf("%s: nothing is said", r["pattern"])
		}
		if !regexp.MustCompile(`^20[0-9]{2}-[01][0-9]$`).MatchString(r["as_of"]) {
			t.Errorf("%s: as of %q", r["pattern"], r["as_of"])
		}
		for _, program := range strings.Fields(r["programs"]) {
			if slices.Contains(strings.Fields(r["lacks"]), program) {
				t.Errorf("%s: has %s and lacks it", r["pattern"], program)
			}
		}
	}
}

func TestRenew(t *testing.T) {
	const table = `# as of 2026-08-22
product	title	cycle	codename	released	end	long_term
debian	Debian	12	Bookworm	2023-06-10	2026-06-10	2028-06-30
debian	Debian	1.1	Buzz	1996-06-17	1996-12-12	
`
	const news = `{"generated_at": "2026-12-01T03:00:00+00:00", "result": [
 {"name": "other", "releases": [{"name": "1", "releaseDate": "2020-01-01", "isEol": true}]},
 {"name": "debian", "releases": [
  {"name": "14", "codename": "Forky", "releaseDate": "2027-08-01", "isEol": false, "eolFrom": null},
  {"name": "12", "codename": "Bookworm", "releaseDate": "2023-06-10", "isEol": true, "eolFrom": "2026-07-11", "eoesFrom": "2028-06-30"}]}]}`
	var p published
	if err := json.Unmarshal([]byte(news), &p); err != nil {
		t.Fatal(err)
	}
	got, err := renew(table, p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `# as of 2026-12-01
product	title	cycle	codename	released	end	long_term
debian	Debian	14	Forky	2027-08-01	never	
debian	Debian	12	Bookworm	2023-06-10	2026-07-11	2028-06-30
debian	Debian	1.1	Buzz	1996-06-17	1996-12-12	
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
