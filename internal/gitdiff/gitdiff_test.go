package gitdiff

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/text"
)

// repository makes a git repository with one commit on "main".
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: comparing with a commit was not tested")
	}
	for key, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
		"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
	} {
		t.Setenv(key, value)
	}
	dir := t.TempDir()
	run(t, dir, "init", "-q", "-b", "main")
	write(t, dir, files)
	run(t, dir, "add", "-A")
	run(t, dir, "commit", "-qm", "first")
	return dir
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSince(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n2\n3\n", "gone": "1\n", "same": "1\n", "old name": "1\n2\n", ".gitignore": "ignored\n"})
	run(t, dir, "checkout", "-qb", "work")
	write(t, dir, map[string]string{"a": "1\nx\n3\n4\n", "new": "1\n", "ignored": "1\n", "dir/ö \"q\"": "1\n"})
	run(t, dir, "mv", "old name", "new name")
	run(t, dir, "rm", "-q", "gone")
	run(t, dir, "add", "a")
	got, err := Since(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	want := Changes{
		"a":           {{2, 2}, {4, 4}},
		"new":         {{First: 1}},
		"dir/ö \"q\"": {{First: 1}},
		"new name":    {{1, 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, tt := range []struct {
		path        string
		first, last int
		want        bool
	}{{"a", 1, 1, false}, {"a", 1, 2, true}, {"a", 3, 3, false}, {"a", 4, 9, true}, {"new", 7, 7, true}, {"same", 1, 1, false}} {
		if got.Touches(tt.path, tt.first, tt.last) != tt.want {
			t.Errorf("Touches(%s, %d, %d) is not %v", tt.path, tt.first, tt.last, tt.want)
		}
	}
	below, err := Since(t.Context(), filepath.Join(dir, "dir"), "main")
	if diff := cmp.Diff(want, below); err != nil || diff != "" {
		t.Errorf("from a folder below: %v\n%s", err, diff)
	}
}

func TestErrors(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n"})
	for ref, want := range map[string]string{
		"nowhere": "cannot compare with \"nowhere\"", "": "is no name", "--output=x": "is no name", "-p": "is no name",
	} {
		if _, err := Since(t.Context(), dir, ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Since(%q): %v, want %q", ref, err, want)
		}
	}
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(dir))
	empty := filepath.Join(dir, "..", "empty")
	write(t, empty, map[string]string{"a": ""})
	if _, err := Since(t.Context(), empty, "main"); err == nil {
		t.Error("a folder outside of any repository was compared")
	}
}

// TestRepositoryRunsNothing: what a repository configures is not executed.
func TestRepositoryRunsNothing(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n", ".gitattributes": "* diff=evil\n"})
	touch := "touch " + filepath.Join(dir, "executed")
	for key, value := range map[string]string{
		"diff.external": touch, "diff.evil.textconv": touch, "diff.evil.command": touch, "core.fsmonitor": touch, "core.pager": touch,
	} {
		run(t, dir, "config", key, value)
	}
	write(t, dir, map[string]string{"a": "2\n"})
	got, err := Since(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "executed")); err == nil {
		t.Error("a program of the repository's was executed")
	}
	if diff := cmp.Diff([]Range{{1, 1}}, got["a"]); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n+a\n"))
	f.Add([]byte("diff --git \"a/\\303\" \"b/\\303\"\n+++ \"b/\\303\\266\"\t\n@@ -0,0 +1 @@\n"))
	f.Add([]byte("@@ -1 +-5,9999999999999999999 @@"))
	f.Fuzz(func(t *testing.T, diff []byte) {
		changes, err := parse(diff)
		if err != nil {
			return
		}
		for path, ranges := range changes {
			for _, r := range ranges {
				if path == "" || r.Last < r.First {
					t.Errorf("%q has %v", path, r)
				}
			}
		}
	})
}

func TestAdded(t *testing.T) {
	patch := "@@ -1,3 +1,4 @@ FROM a\n x\n-old\n+new\n+two\n y\n@@ -10 +11,2 @@\n+three\n z\n\\ No newline at end of file"
	got, err := Added(patch)
	if err != nil {
		t.Fatal(err)
	}
	if want := []Range{{2, 3}, {11, 11}}; !slices.Equal(got, want) {
		t.Errorf("Added = %v, want %v", got, want)
	}
	if _, err := Added("@@ nonsense\n+x"); err == nil {
		t.Error("a broken hunk header is no error")
	}
}

func FuzzAdded(f *testing.F) {
	f.Add("@@ -1,3 +1,4 @@ FROM a\n x\n-old\n+new\n y\n\\ No newline at end of file")
	f.Add("@@ -0,0 +1 @@\n+x")
	f.Add("+x\n@@ @@\n@@ -1 +-9,9999999999 @@\n+y")
	f.Fuzz(func(t *testing.T, patch string) {
		ranges, err := Added(patch)
		if err != nil {
			return
		}
		for _, r := range ranges {
			if r.First < 0 || r.Last != 0 && r.Last < r.First {
				t.Errorf("range %+v", r)
			}
		}
	})
}

// TestLyingPatches has hunk headers that no git writes: numbers with a sign, too
// large ones, hunks out of order.
func TestLyingPatches(t *testing.T) {
	for _, patch := range []string{
		"@@ -1 +-5,3 @@\n+x\n", "@@ -1 +5,-3 @@\n+x\n", "@@ -1 ++5 @@\n+x\n", "@@ -1 +4294967296 @@\n+x\n", "@@ -1 +1,99999999999999999999 @@\n+x\n",
		"@@ -9 +9 @@\n+x\n@@ -1 +1 @@\n+y\n", "+x\n", "@@ -1 + @@\n+x\n",
	} {
		if got, err := Added(patch); err == nil {
			t.Errorf("Added(%q) = %v, want an error", patch, got)
		}
	}
	many := "@@ -1 +1 @@\n" + strings.Repeat("+x\n y\n", MaxRanges)
	if got, err := Added(many); err != nil || len(got) != MaxRanges {
		t.Errorf("%d ranges, %v", len(got), err)
	}
	more := "@@ -1 +1 @@\n" + strings.Repeat("+x\n y\n", MaxRanges+1)
	if got, err := Added(more); err != nil || !slices.Equal(got, []Range{{First: 1}}) {
		t.Errorf("past the bound: %d ranges, %v; want the whole file", len(got), err)
	}
}

// TestDiffsOfOddNames applies our own diffs with git, in folders whose names have
// what a header has to quote.
func TestDiffsOfOddNames(t *testing.T) {
	for _, name := range []string{"plain/f", "a b/f", "esc\x1b[31m/f", "tab\there/f", "quote\"d/f", `back\slash/f`, "new\nline/f", "bell\a\v\f\r\b/f", "ö/f", "bad\xff/f", "del\x7f/f"} {
		dir := repository(t, map[string]string{name: "1\n2\n"})
		patch := filepath.Join(t.TempDir(), "patch")
		if err := os.WriteFile(patch, text.UnifiedDiff(name, []byte("1\n2\n"), []byte("1\n3\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, dir, "apply", patch)
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != "1\n3\n" {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}
