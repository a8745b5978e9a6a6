package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// TestCutsAreReported: what a bound keeps from being read is part of each report, the
// same for any number of jobs.
func TestCutsAreReported(t *testing.T) {
	const manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: s%[1]d\nspec:\n  selector:\n    matchLabels: {app: s%[1]d}\n" +
		"  template:\n    metadata:\n      labels: {app: s%[1]d}\n    spec:\n      containers:\n        - name: s\n          image: acme/s:1\n"
	dir := t.TempDir()
	for i := range limits.Manifests + 1 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%03d.yaml", i)), fmt.Appendf(nil, manifest, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(command string, args ...string) string {
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, ShellCheck: "no-such-program", Getenv: func(string) string { return "" }}
		if code := Main(t.Context(), append([]string{"dockmend", command, "--select", "all", "--shellcheck", "off"}, args...), env); code > exitFindings {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
		return out.String() + errs.String()
	}
	first := run("lint", "-o", "json", "--jobs", "1")
	var report struct{ Skipped []lint.SkippedRule }
	if err := json.Unmarshal([]byte(first), &report); err != nil {
		t.Fatal(err)
	}
	var cuts []lint.SkippedRule
	for _, s := range report.Skipped {
		if s.Rule == "limit-reached" {
			cuts = append(cuts, s)
		}
	}
	reason := "more than 64 manifests are in the folder: only the first in the order of their names were read beside others"
	if diff := cmp.Diff([]lint.SkippedRule{{Rule: "limit-reached", File: ".", Reason: reason}}, cuts); diff != "" {
		t.Error(diff)
	}
	if again := run("lint", "-o", "json", "--jobs", "7"); again != first {
		t.Errorf("another number of jobs gives another report")
	}
	for _, args := range [][]string{{"lint"}, {"fix", "--diff"}, {"fix"}} {
		if text := run(args[0], args[1:]...); strings.Count(text, reason) != 1 {
			t.Errorf("%q does not say it once: %s", args, text)
		}
	}
}
