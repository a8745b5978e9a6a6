package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// runAsOf runs dockmend in a folder and returns what it prints.
func runAsOf(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, ShellCheck: "no-such-program", Getenv: func(string) string { return "" }}
	if code := Main(context.Background(), append([]string{"dockmend"}, args...), env); code > 1 {
		t.Fatalf("%q: exit %d\n%s", args, code, errs.String())
	}
	return out.String()
}

// TestNoDayIdentifies: what identifies a finding has no day in it, so that baselines,
// comments and audits hold over time; the same day gives the same bytes.
func TestNoDayIdentifies(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Dockerfile", "FROM python:3.11-slim-bullseye\nRUN apt-get update && apt-get install -y git\nUSER 1\n")
	write("compose.yaml", "services:\n  db:\n    image: postgres:14\n")
	prints := regexp.MustCompile(`"fingerprint": "[^"]*"`)
	days := []string{"2026-08-30", "2026-10-20", "2027-11-08"}
	var first []string
	var baseline []byte
	for i, day := range days {
		report := runAsOf(t, dir, "lint", "--as-of", day, "--select", "eol-base-image,compose-eol-image", "--fail-on", "never", "-o", "json")
		if again := runAsOf(t, dir, "lint", "--as-of", day, "--select", "eol-base-image,compose-eol-image", "--fail-on", "never", "-o", "json"); again != report {
			t.Errorf("%s: other bytes the second time", day)
		}
		if !strings.Contains(report, `"as_of": "`+day+`"`) {
			t.Errorf("%s is not named", day)
		}
		runAsOf(t, dir, "lint", "--as-of", day, "--select", "eol-base-image,compose-eol-image", "--fail-on", "never", "--write-baseline", "baseline.json")
		now, err := os.ReadFile(filepath.Join(dir, "baseline.json"))
		if err != nil {
			t.Fatal(err)
		}
		found := prints.FindAllString(report, -1)
		if i > 0 && (strings.Join(found, "\n") != strings.Join(first, "\n") || !bytes.Equal(now, baseline)) {
			t.Errorf("%s: %q and the baseline differ from those of %s: %q", day, found, days[0], first)
		}
		first, baseline = found, now
		if bytes.Contains(now, []byte(day)) || len(found) == 0 {
			t.Errorf("%s: %d findings, and the baseline names the day", day, len(found))
		}
	}
	if known := runAsOf(t, dir, "lint", "--as-of", "2028-01-01", "--select", "eol-base-image,compose-eol-image", "--baseline", "baseline.json"); strings.Contains(known, "postgres:14") {
		t.Errorf("the baseline does not hold on another day:\n%s", known)
	}
}
