package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// A caseRow is what a row of testdata/labels/cases.tsv asks.
type caseRow struct {
	// folder is below that of all cases, how the command: flags of lint, or "fix" and
	// flags of fix.
	folder, how string
	// want says what is asked of place, and what: see the head of the file.
	want, place, what string
}

// TestCases holds the program to small inputs that once failed, of which the
// expectations are rows of testdata/labels/cases.tsv; each input has one. They are not
// part of the module: DOCKMEND_CASES names their folder.
func TestCases(t *testing.T) {
	folder := os.Getenv("DOCKMEND_CASES")
	if folder == "" {
		t.Skip("DOCKMEND_CASES is not set: no cases are here")
	}
	rows := readCases(t)
	checkEachCase(t, folder, rows)
	type run struct{ folder, how string }
	var order []run
	of := map[run][]caseRow{}
	for _, row := range rows {
		r := run{row.folder, row.how}
		if of[r] == nil {
			order = append(order, r)
		}
		of[r] = append(of[r], row)
	}
	for _, r := range order {
		name := strings.TrimSpace(r.folder + " " + r.how)
		dir := filepath.Join(folder, filepath.FromSlash(r.folder))
		kind, flags, _ := strings.Cut(r.how, " ")
		switch {
		case kind == "fix":
			t.Run(name, func(t *testing.T) { checkFixed(t, dir, strings.Fields(flags), of[r]) })
		case of[r][0].want == "held", of[r][0].want == "left":
			t.Run(name, func(t *testing.T) { checkHeld(t, of[r]) })
		default:
			t.Run(name, func(t *testing.T) { checkSaid(t, dir, strings.Fields(r.how), of[r]) })
		}
	}
}

func readCases(t *testing.T) []caseRow {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "testdata", "labels", "cases.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []caseRow
	for line := range strings.Lines(string(src)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != 5 {
			t.Fatalf("cases.tsv: %q has %d columns, want 5", line, len(row))
		}
		rows = append(rows, caseRow{row[0], row[1], row[2], row[3], row[4]})
	}
	return rows
}

// checkEachCase looks whether each folder with an expectation has a row.
func checkEachCase(t *testing.T, folder string, rows []caseRow) {
	t.Helper()
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "EXPECT.txt" {
			return err
		}
		rel, err := filepath.Rel(folder, filepath.Dir(file))
		rel = filepath.ToSlash(rel)
		isOf := func(row caseRow) bool { return row.folder == rel || strings.HasPrefix(row.folder, rel+"/") }
		if !slices.ContainsFunc(rows, isOf) {
			t.Errorf("%s has no row in cases.tsv", rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkHeld looks whether what holds a case in place of a run here is there.
func checkHeld(t *testing.T, rows []caseRow) {
	t.Helper()
	for _, row := range rows {
		if row.want == "left" {
			continue // with the reason in the row
		}
		src, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(row.place)))
		if err != nil || !bytes.Contains(src, []byte(row.what)) {
			t.Errorf("%s has no %q, %v", row.place, row.what, err)
		}
	}
}

func checkSaid(t *testing.T, dir string, flags []string, rows []caseRow) {
	t.Helper()
	found := lintCase(t, dir, flags...)
	for _, row := range rows {
		isSaid := false
		for _, f := range found {
			named, err := path.Match(row.what, f.Rule)
			if err != nil {
				t.Fatal(err)
			}
			isSaid = isSaid || named && (row.place == "*" || row.place == f.File+":"+strconv.Itoa(f.Line))
		}
		if want := map[string]bool{"said": true, "silent": false}; !slices.Contains(slices.Collect(maps.Keys(want)), row.want) || isSaid != want[row.want] {
			t.Errorf("%s at %s: said %t, want %s", row.what, row.place, isSaid, row.want)
		}
	}
}

// checkFixed runs fix on a copy of a case.
func checkFixed(t *testing.T, from string, flags []string, rows []caseRow) {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(os.CopyFS(dir, os.DirFS(from)), os.Mkdir(filepath.Join(dir, ".git"), 0o755)); err != nil {
		t.Fatal(err)
	}
	n := fakeregistry.New(t)
	if slices.Contains(flags, "--online") {
		flags = append(flags, "--online-registry", n.Loopback)
		publishCases(t, n)
		inCaseFiles(t, dir, func(name, content string) {
			write(t, dir, name, strings.ReplaceAll(content, "127.0.0.1:5001", n.Loopback))
		})
	}
	before := map[string]string{}
	inCaseFiles(t, dir, func(name, content string) { before[name] = content })
	args := append([]string{"fix", "--as-of", "2026-11-30", "--shellcheck", "off", "--allow-empty", "--fail-on", "never"}, flags...)
	code, stdout, stderr := online(t, n, dir, args...)
	if code > 1 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	after := map[string]string{}
	inCaseFiles(t, dir, func(name, content string) { after[name] = content })
	for _, row := range rows {
		what, err := strconv.Unquote(`"` + strings.ReplaceAll(row.what, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("cases.tsv: %q: %v", row.what, err)
		}
		isTrue := false
		switch row.want {
		case "same":
			isTrue = row.place == "*" && maps.Equal(before, after) || before[row.place] != "" && before[row.place] == after[row.place]
		case "has":
			isTrue = !strings.Contains(before[row.place], what) && strings.Contains(after[row.place], what)
		case "keeps":
			isTrue = strings.Contains(before[row.place], what) && strings.Contains(after[row.place], what)
		case "lacks":
			isTrue = after[row.place] != "" && !strings.Contains(after[row.place], what)
		case "tells":
			isTrue = strings.Contains(stdout+stderr, what)
		}
		if !isTrue {
			t.Errorf("not true: %s %s %q\n%s%s%s", row.want, row.place, row.what, after[row.place], stdout, stderr)
		}
	}
}

// publishCases fills the registries that the cases speak of.
func publishCases(t *testing.T, n *fakeregistry.Internet) {
	t.Helper()
	for _, refs := range [][]string{
		{"busybox:latest", "busybox:1.37.0", "busybox:1.37"},
		{"busybox:1.36", "busybox:1.36.1"},
		{"ghcr.io/acme/tool:latest", "ghcr.io/acme/tool:1.2.3"},
		{n.Loopback + "/library/alpine:3.20", n.Loopback + "/library/alpine:3.20.1"},
		{n.Loopback + "/library/busybox:latest", n.Loopback + "/library/busybox:1.37.0"},
	} {
		n.Push(t, fakeregistry.Index(t, v1.Config{Env: []string{"REF=" + refs[0]}}, "linux/amd64", "linux/arm64"), refs...)
	}
}

// inCaseFiles calls a function with each file of a case.
func inCaseFiles(t *testing.T, dir string, do func(name, content string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		do(name, string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// caseFinding is what a row of cases.tsv asks of a finding.
type caseFinding struct {
	Rule string
	File string
	Line int
}

// lintCase is what "dockmend lint -o json" reports of a folder; it fails where a rule, or
// more, did not come to its end.
func lintCase(t *testing.T, dir string, flags ...string) []caseFinding {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := []string{"dockmend", "lint", "-o", "json", "--allow-empty", "--as-of", "2026-11-30", "--shellcheck", "off"}
	env := &cli.Env{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir, ShellCheck: "shellcheck",
	}
	code := cli.Main(t.Context(), append(append(args, flags...), "."), env)
	var report struct{ Findings []caseFinding }
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil || code > 1 {
		t.Fatalf("%s: exit code %d, %v\n%s", dir, code, err, stderr.String())
	}
	return report.Findings
}

// TestImagesOfCases builds an image on each row of the list of images whose support ended,
// which moved, or which live: the first two kinds are said, the last is not.
func TestImagesOfCases(t *testing.T) {
	folder := os.Getenv("DOCKMEND_CASES")
	if folder == "" {
		t.Skip("DOCKMEND_CASES is not set: no list of images is here")
	}
	src, err := os.ReadFile(filepath.Join(folder, "images", "list.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(src)), "\n")[1:]
	dir := t.TempDir()
	for i, row := range rows {
		image, _, _ := strings.Cut(row, "\t")
		name := filepath.Join(dir, "Dockerfile."+strconv.Itoa(i))
		if err := os.WriteFile(name, []byte("FROM "+image+"\nRUN true\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := map[string]bool{}
	for _, f := range lintCase(t, dir) {
		if f.Rule == "eol-base-image" || f.Rule == "deprecated-base-image" {
			said[f.File] = true
		}
	}
	for i, row := range rows {
		if lives := strings.Contains(row, "\tnothing of this kind\t"); said["Dockerfile."+strconv.Itoa(i)] == lives {
			t.Errorf("said %t: %s", !lives, row)
		}
	}
}
