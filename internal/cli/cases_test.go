package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestCases holds a run of the program to small inputs that once failed, of which the
// expectations are rows of testdata/labels/cases.tsv. They are not part of the module:
// DOCKMEND_CASES names their folder.
func TestCases(t *testing.T) {
	folder := os.Getenv("DOCKMEND_CASES")
	if folder == "" {
		t.Skip("DOCKMEND_CASES is not set: no cases are here")
	}
	src, err := os.ReadFile(filepath.Join("..", "..", "testdata", "labels", "cases.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	type run struct{ input, preset string }
	reports := map[run][]caseFinding{}
	for line := range strings.Lines(string(src)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != 5 {
			t.Fatalf("cases.tsv: %q has %d columns, want 5", line, len(row))
		}
		of, want, place, rule := run{row[0], row[1]}, row[2], row[3], row[4]
		found, done := reports[of]
		if !done {
			found = lintCase(t, filepath.Join(folder, filepath.FromSlash(of.input)), of.preset)
			reports[of] = found
		}
		isSaid := false
		for _, f := range found {
			named, err := path.Match(rule, f.Rule)
			if err != nil {
				t.Fatal(err)
			}
			isSaid = isSaid || named && (place == "*" || place == f.File+":"+strconv.Itoa(f.Line))
		}
		if isSaid != (want == "said") {
			t.Errorf("%s (preset %q): %s at %s: said %t, want %s", of.input, of.preset, rule, place, isSaid, want)
		}
	}
}

// caseFinding is what a row of cases.tsv asks of a finding.
type caseFinding struct {
	Rule string
	File string
	Line int
}

// lintCase is what "dockmend lint -o json" reports of a folder.
func lintCase(t *testing.T, dir, preset string) []caseFinding {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := []string{"dockmend", "lint", "-o", "json", "--allow-empty", "--as-of", "2026-11-30", "--shellcheck", "off"}
	if preset != "" {
		args = append(args, "--preset", preset)
	}
	env := &Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	Main(t.Context(), append(args, "."), env)
	var report struct{ Findings []caseFinding }
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("%s: %v\n%s", dir, err, stderr.String())
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
	for _, f := range lintCase(t, dir, "") {
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
