package gitdiff

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/git"
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

// changed are the lines of the files of a work tree that changed since a commit, those
// without any left out.
func changed(t *testing.T, dir, ref string) Changes {
	t.Helper()
	since := since(t, dir, ref)
	got := Changes{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(at, string(filepath.Separator)+".git"+string(filepath.Separator)) {
			return err
		}
		now, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		name := files.Slashed(dir, at)
		ranges, err := since.Changed(name, now)
		if len(ranges) > 0 {
			got[name] = ranges
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func since(t *testing.T, dir, ref string) *Comparison {
	t.Helper()
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Since(t.Context(), root, ref)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(c.Close(), root.Close()) })
	return c
}

func TestSince(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n2\n3\n", "gone": "1\n", "same": "1\n", "old name": "1\n2\n", ".gitignore": "ignored\n", "end": "1\n2", "link": "1\n"})
	run(t, dir, "checkout", "-qb", "work")
	write(t, dir, map[string]string{"a": "1\nx\n3\n4\n", "new": "1\n", "ignored": "1\n", "dir/ö \"q\"": "1\n", "end": "1\n2\n", "base": "1\n"})
	run(t, dir, "mv", "old name", "new name")
	run(t, dir, "rm", "-q", "gone")
	run(t, dir, "add", "a")
	want := Changes{
		"a":           {{2, 2}, {4, 4}},
		"base":        {{First: 1}},
		"new":         {{First: 1}},
		"ignored":     {{First: 1}},
		"dir/ö \"q\"": {{First: 1}},
		"new name":    {{First: 1}},
		"end":         {{2, 2}},
	}
	got := changed(t, dir, "main")
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
	// What was changed on main meanwhile is no change of this branch.
	run(t, dir, "commit", "-qam", "work")
	run(t, dir, "stash", "-uq")
	run(t, dir, "checkout", "-q", "main")
	write(t, dir, map[string]string{"same": "2\n"})
	run(t, dir, "commit", "-qam", "main goes on")
	run(t, dir, "checkout", "-q", "work")
	run(t, dir, "stash", "pop", "-q")
	for _, state := range []string{"loose", "packed"} {
		if diff := cmp.Diff(want, changed(t, dir, "main")); diff != "" {
			t.Errorf("%s: -want +got\n%s", state, diff)
		}
		run(t, dir, "gc", "-q")
	}
}

func TestErrors(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n"})
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	for ref, want := range map[string]string{
		"nowhere": "cannot compare with \"nowhere\": no commit has this name", "": "is not the name", "--output=x": "is not the name", "-p": "is not the name",
	} {
		if _, err := Since(t.Context(), root, ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Since(%q): %v, want %q", ref, err, want)
		}
	}
	empty, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = empty.Close() }()
	if _, err := Since(t.Context(), empty, "main"); !errors.Is(err, git.ErrNoRepository) {
		t.Errorf("a folder outside of any repository: %v", err)
	}
}

// TestRepositoryHasNoSay: its settings, attributes, filters and hooks neither run nor
// hide anything, and nothing is fetched.
func TestRepositoryHasNoSay(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n2\n", "nul": "1\n2\x003\n", "b/a": "1\n"})
	touch := "touch " + filepath.Join(dir, "executed")
	config, err := os.OpenFile(filepath.Join(dir, ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"diff.external": touch, "diff \"evil\".textconv": touch, "diff \"evil\".command": touch, "core.fsmonitor": touch, "core.pager": touch, "core.hooksPath": dir,
		"filter \"evil\".clean": touch, "filter \"evil\".process": touch, "filter \"evil\".required": "true", "core.sshCommand": touch,
		"core.attributesFile": filepath.Join(dir, "attributes"), "remote \"origin\".url": "ext::" + touch, "protocol \"ext\".allow": "always",
		"remote \"origin\".promisor": "true", "core.worktree": "/", "include.path": "/dev/zero", "core.ignoreStat": "true", "core.autocrlf": "input",
	} {
		section, name, _ := strings.Cut(key, ".")
		if _, err := fmt.Fprintf(config, "[%s]\n\t%s = %s\n", section, name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := config.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		".gitattributes": "* diff=evil filter=evil\na -diff\n", "attributes": "* -diff\n", ".git/info/attributes": "* binary\n", "post-index-change": "#!/bin/sh\n" + touch,
		"a": "1\nx\n", "nul": "x\n2\x003\n", ".git/info/grafts": "x",
	})
	got := changed(t, dir, "HEAD")
	for name, want := range map[string][]Range{"a": {{2, 2}}, "nul": {{1, 1}}, "b/a": nil} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "executed")); err == nil {
		t.Error("a program of the repository's was executed")
	}
}

// TestPartialClone: what is not there is not fetched, and said.
func TestPartialClone(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n"})
	write(t, dir, map[string]string{"a": "2\n"})
	run(t, dir, "commit", "-qam", "second")
	run(t, dir, "config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	run(t, dir, "clone", "-q", "--filter=blob:none", "file://"+filepath.ToSlash(dir), clone)
	run(t, clone, "config", "remote.origin.url", "http://127.0.0.1:1/x")
	_, err := since(t, clone, "HEAD~1").Changed("a", []byte("2\n"))
	if !errors.Is(err, git.ErrMissing) || !strings.Contains(err.Error(), `cannot compare with "HEAD~1": a: `) {
		t.Errorf("Changed: %v", err)
	}
	if got, err := since(t, clone, "HEAD").Changed("a", []byte("2\n")); err != nil || len(got) > 0 {
		t.Errorf("a file that is there: %v, %v", got, err)
	}
}

// TestCarriageReturns: those that git wrote into the work tree are no change, those
// that somebody committed are.
func TestCarriageReturns(t *testing.T) {
	dir := repository(t, map[string]string{"a": "1\n2\n3\n", "b": "1\n2\n"})
	write(t, dir, map[string]string{"a": "1\r\nx\r\n3\r\n"}) // as a checkout with core.autocrlf and an edit
	if diff := cmp.Diff(Changes{"a": {{2, 2}}}, changed(t, dir, "HEAD")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	write(t, dir, map[string]string{"b": "1\r\n2\n"})
	run(t, dir, "commit", "-qm", "returns", "b")
	if diff := cmp.Diff([]Range{{1, 1}}, changed(t, dir, "HEAD~1")["b"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
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
	for _, patch := range []string{
		"@@ nonsense\n+x", "@@ -1 +-5,3 @@\n+x\n+y\n+z", "@@ -1 +1,-1 @@\n+x", "@@ -1 +0,1 @@\n+x", "@@ -1 +9223372036854775807,9 @@\n+x", "@@ -1 +2147483647,2147483647 @@\n+x",
		"@@ -1 +1,9 @@\n+x", "@@ -1 +1 @@\n+x\n+y", "@@ -1 +1,2 @@\n+x\n@@ -9 +9 @@\n+y", "+x",
	} {
		if got, err := Added(patch); err == nil {
			t.Errorf("Added(%q) = %v, want an error", patch, got)
		}
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
			if r.First < 1 || r.Last != 0 && r.Last < r.First {
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
	header := func(changes int) string { return fmt.Sprintf("@@ -1,%d +1,%d @@\n", changes, 2*changes) }
	many := header(MaxRanges) + strings.Repeat("+x\n y\n", MaxRanges)
	if got, err := Added(many); err != nil || len(got) != MaxRanges {
		t.Errorf("%d ranges, %v", len(got), err)
	}
	more := header(MaxRanges+1) + strings.Repeat("+x\n y\n", MaxRanges+1)
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
