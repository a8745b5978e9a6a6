package git

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/files"
)

// program runs git on a repository of the test's own.
func program(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_ALLOW_PROTOCOL=file", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: reading what it writes was not tested")
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	at := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// history makes a repository with branches, merges, tags, modes, odd names and files
// that change a little, so that packs have deltas. It is the same each time.
func history(t *testing.T) string {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	program(t, dir, "init", "-q", "-b", "main")
	chance := rand.New(rand.NewPCG(1, 2))
	var lines []string
	for i := range 400 {
		lines = append(lines, fmt.Sprintf("line %d of a long file", i))
	}
	commit := func(n int) {
		lines[chance.IntN(len(lines))] = fmt.Sprintf("changed by %d", n)
		write(t, dir, "dir/long.txt", strings.Join(lines, "\n"))
		write(t, dir, fmt.Sprintf("dir/sub/file%d", n%5), fmt.Sprint(n))
		program(t, dir, "add", "-A")
		program(t, dir, "commit", "-qm", fmt.Sprint("commit ", n), "--date", fmt.Sprintf("2024-01-01T00:%02d:00Z", n))
	}
	write(t, dir, "ö \"quoted\"\t", "odd name\n")
	write(t, dir, "empty", "")
	write(t, dir, "bin", "a\x00b")
	if err := errors.Join(os.Symlink("empty", filepath.Join(dir, "link")), os.Chmod(filepath.Join(dir, "bin"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		commit(n)
	}
	program(t, dir, "tag", "light")
	program(t, dir, "tag", "-a", "-m", "message", "v1.0")
	program(t, dir, "checkout", "-qb", "feature/one")
	commit(6)
	commit(7)
	program(t, dir, "checkout", "-q", "main")
	write(t, dir, "main only", "1\n")
	program(t, dir, "add", "-A")
	program(t, dir, "commit", "-qm", "on main")
	program(t, dir, "merge", "-q", "--no-edit", "feature/one")
	program(t, dir, "tag", "merged")
	commit(8)
	program(t, dir, "checkout", "-q", "feature/one")
	commit(9)
	program(t, dir, "checkout", "-q", "--orphan", "other-root")
	commit(10)
	program(t, dir, "checkout", "-q", "main")
	return dir
}

func open(t *testing.T, dir string) *Repository {
	t.Helper()
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(r.Close(), root.Close()) })
	return r
}

// TestAsGitDoes holds everything that can be read against git itself.
func TestAsGitDoes(t *testing.T) {
	dir := history(t)
	for _, state := range []struct {
		name string
		do   func()
	}{
		{"loose", func() {}},
		{"packed with deltas by hash", func() { program(t, dir, "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq") }},
		{"packed", func() {
			program(t, dir, "repack", "-adfq", "--depth=50", "--window=50")
			program(t, dir, "pack-refs", "--all")
		}},
		{"several packs", func() {
			write(t, dir, "late", "1")
			program(t, dir, "add", "-A")
			program(t, dir, "commit", "-qm", "x")
			program(t, dir, "repack", "-q")
		}},
		{"worktree and loose", func() {
			write(t, dir, "later", "1")
			program(t, dir, "add", "-A")
			program(t, dir, "commit", "-qm", "y")
		}},
	} {
		t.Run(state.name, func(t *testing.T) {
			state.do()
			sameAsGit(t, dir, dir)
		})
	}
}

// sameAsGit reads the repository of one work tree and asks git in another.
func sameAsGit(t *testing.T, dir, asked string) {
	t.Helper()
	r := open(t, dir)
	names := []string{
		"HEAD", "@", "main", "feature/one", "refs/heads/main", "heads/main", "other-root", "light", "v1.0", "v1.0^{}", "v1.0^{commit}", "main~1", "main^", "merged^2", "main~",
		"main~2^0~1", "HEAD^1~1", program(t, asked, "rev-parse", "main"), program(t, asked, "rev-parse", "--short=7", "main~1"), program(t, asked, "rev-parse", "v1.0"),
	}
	var commits []string
	for _, name := range names {
		want := program(t, asked, "rev-parse", name+"^{commit}")
		c, err := r.Commit(name)
		if err != nil || c.Hash.String() != want {
			t.Fatalf("Commit(%s) = %v, %v; want %s", name, c, err, want)
		}
		if parents := program(t, asked, "log", "-1", "--format=%P", want); fmt.Sprint(c.Parents) != "["+parents+"]" {
			t.Errorf("Commit(%s) has the parents %s, want %s", name, c.Parents, parents)
		}
		commits = append(commits, want)
		sameFiles(t, r, asked, c)
	}
	for i, a := range commits[:8] {
		for _, b := range commits[i:8] {
			first, _ := parseHash(a)
			second, _ := parseHash(b)
			got, err := r.MergeBase(t.Context(), first, second)
			out, gitErr := exec.Command("git", "-C", asked, "merge-base", "--all", a, b).Output()
			if want := strings.TrimSpace(string(out)); gitErr == nil && (err != nil || got.String() != want) {
				t.Errorf("MergeBase(%s, %s) = %s, %v; want %s", names[i], b, got, err, want)
			}
			if gitErr != nil && !errors.Is(err, ErrNoBase) {
				t.Errorf("MergeBase(%s, %s) = %s, %v; git has none", names[i], b, got, err)
			}
		}
	}
}

func sameFiles(t *testing.T, r *Repository, asked string, c *Commit) {
	t.Helper()
	tree, err := r.Tree(c)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, e := range tree {
		got[name] = fmt.Sprintf("%06o %s", e.Mode, e.Hash)
		if at, ok, err := r.File(c, name); at != e || !ok || err != nil {
			t.Errorf("File(%s) = %v, %v, %v", name, at, ok, err)
		}
		content, err := r.Blob(e.Hash, 1<<20)
		if hashOf(kindBlob, content) != e.Hash {
			t.Errorf("Blob(%s): %v", name, err)
		}
	}
	want := map[string]string{}
	for line := range strings.SplitSeq(program(t, asked, "ls-tree", "-rz", c.Hash.String()), "\x00") {
		if head, name, ok := strings.Cut(line, "\t"); ok {
			fields := strings.Fields(head)
			want[name] = fields[0] + " " + fields[2]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the files of %s: -want +got\n%s", c.Hash, diff)
	}
	for _, name := range []string{"missing", "dir/missing", "bin/x", "dir"} {
		if e, ok, err := r.File(c, name); err != nil || ok != (name == "dir") || ok && e.Mode != ModeFolder {
			t.Errorf("File(%s) = %v, %v, %v", name, e, ok, err)
		}
	}
}

// TestKindsOfClones: objects and references that lie elsewhere.
func TestKindsOfClones(t *testing.T) {
	dir := history(t)
	top := t.TempDir()
	url := "file://" + filepath.ToSlash(dir)

	linked := filepath.Join(top, "linked")
	program(t, dir, "worktree", "add", "-q", linked, "feature/one")
	t.Run("linked work tree", func(t *testing.T) {
		if got, want := head(t, linked), program(t, dir, "rev-parse", "feature/one"); got != want {
			t.Errorf("HEAD is %s, want %s", got, want)
		}
		sameAsGit(t, linked, linked)
	})
	shared := filepath.Join(top, "shared")
	program(t, top, "clone", "-q", "--shared", dir, shared)
	write(t, shared, "own", "1")
	program(t, shared, "add", "-A")
	program(t, shared, "commit", "-qm", "own")
	t.Run("alternates", func(t *testing.T) {
		r := open(t, shared)
		for _, name := range []string{"HEAD", "HEAD~3", "origin/main", "origin", "origin/feature/one"} {
			c, err := r.Commit(name)
			if want := program(t, shared, "rev-parse", name+"^{commit}"); err != nil || c.Hash.String() != want {
				t.Fatalf("Commit(%s) = %v, %v; want %s", name, c, err, want)
			}
			sameFiles(t, r, shared, c)
		}
	})
	outer := filepath.Join(top, "outer")
	program(t, top, "init", "-q", outer)
	program(t, outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", dir, "sub")
	t.Run("submodule", func(t *testing.T) {
		sub := filepath.Join(outer, "sub")
		if got, want := head(t, sub), program(t, sub, "rev-parse", "HEAD"); got != want {
			t.Errorf("HEAD is %s, want %s", got, want)
		}
	})
	shallow := filepath.Join(top, "shallow")
	program(t, top, "clone", "-q", "--depth=1", "--no-single-branch", url, shallow)
	t.Run("shallow", func(t *testing.T) {
		r := open(t, shallow)
		c, err := r.Commit("HEAD")
		if err != nil || len(c.Parents) != 0 || !r.IsShallow() {
			t.Fatalf("Commit = %+v, %v", c, err)
		}
		sameFiles(t, r, shallow, c)
		if _, err := r.Commit("HEAD~1"); !errors.Is(err, ErrUnknown) {
			t.Errorf("a parent behind the end: %v", err)
		}
		other, err := r.Commit("origin/feature/one")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.MergeBase(t.Context(), c.Hash, other.Hash); !errors.Is(err, ErrNoBase) || !strings.Contains(err.Error(), "shallow") {
			t.Errorf("MergeBase: %v", err)
		}
	})
	program(t, dir, "config", "uploadpack.allowFilter", "true")
	partial := filepath.Join(top, "partial")
	program(t, top, "clone", "-q", "--filter=blob:none", "--no-checkout", url, partial)
	t.Run("partial", func(t *testing.T) {
		r := open(t, partial)
		c, err := r.Commit("HEAD")
		if err != nil {
			t.Fatal(err)
		}
		e, ok, err := r.File(c, "bin")
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, err := r.Blob(e.Hash, 100); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "dockmend fetches nothing") {
			t.Errorf("Blob: %v", err)
		}
		tracked, err := r.Tracked() // there is no index
		if err != nil || !tracked.Has("bin") || tracked.Has("missing") {
			t.Errorf("Tracked: %v", err)
		}
	})
}

func head(t *testing.T, dir string) string {
	t.Helper()
	c, err := open(t, dir).Commit("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	return c.Hash.String()
}

// TestForeignFolder: a file .git that an archive holds names a folder which does not
// know of the work tree.
func TestForeignFolder(t *testing.T) {
	dir := history(t)
	program(t, dir, "worktree", "add", "-q", filepath.Join(t.TempDir(), "linked"), "feature/one")
	for _, target := range []string{filepath.Join(dir, ".git"), filepath.Join(dir, ".git/worktrees/linked"), t.TempDir(), "/nowhere", "../../etc"} {
		top := t.TempDir()
		write(t, top, ".git", "gitdir: "+target+"\n")
		root, err := files.Open(top)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Open(root); err == nil {
			t.Errorf("%s was opened: %v", target, r)
		}
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOtherFormats(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	program(t, dir, "init", "-q", "--object-format=sha256")
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	if _, err := Open(root); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "sha256") {
		t.Errorf("SHA-256: %v", err)
	}
	write(t, dir, ".git/config", "[core]\n\trepositoryformatversion = 1\n[Extensions]\n\trefStorage = reftable\n")
	if _, err := Open(root); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "reftable") {
		t.Errorf("reftable: %v", err)
	}
	empty, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = empty.Close() }()
	if _, err := Open(empty); !errors.Is(err, ErrNoRepository) {
		t.Errorf("no repository: %v", err)
	}
}

func TestNames(t *testing.T) {
	r := open(t, history(t))
	for name, want := range map[string]string{
		"nowhere": "no commit has this name", "": "no commit", "HEAD~x": "", "HEAD^^^^^^^^^^^^^^^^": "has no parent", "main^3": "has no parent 3", "HEAD^{tree}": "not supported",
		"HEAD@{1}": "not supported", "@{u}": "not supported", "HEAD:bin": "not supported", "main..feature/one": "no commit", "../HEAD": "no commit", "refs/../HEAD": "no commit",
		"00000000": "no commit", "config": "no commit", "~": "no commit", "HEAD~99999999999999999999": "no commit", "--output=x": "no commit", "-p": "no commit",
		strings.Repeat("0", 40): "not in this clone",
	} {
		if c, err := r.Commit(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Commit(%q) = %v, %v; want %q", name, c, err, want)
		}
	}
}

// TestSeveralBases: two branches that were merged into each other.
func TestSeveralBases(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	program(t, dir, "init", "-q", "-b", "a")
	for _, args := range [][]string{
		{"commit", "-q", "--allow-empty", "-m", "root"}, {"branch", "b"}, {"commit", "-q", "--allow-empty", "-m", "1"}, {"tag", "a1"}, {"checkout", "-q", "b"},
		{"commit", "-q", "--allow-empty", "-m", "2"}, {"merge", "-q", "--no-edit", "a1"}, {"checkout", "-q", "a"}, {"merge", "-q", "--no-edit", "b^1"},
	} {
		program(t, dir, args...)
	}
	if out := program(t, dir, "merge-base", "--all", "a", "b"); strings.Count(out, "\n") != 1 {
		t.Fatalf("git finds %q", out)
	}
	r := open(t, dir)
	a, errA := r.Commit("a")
	b, errB := r.Commit("b")
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if got, err := r.MergeBase(t.Context(), a.Hash, b.Hash); !errors.Is(err, ErrSeveralBases) {
		t.Errorf("MergeBase = %s, %v", got, err)
	}
}

func TestTracked(t *testing.T) {
	dir := history(t)
	write(t, dir, "staged", "1")
	write(t, dir, "untracked", "1")
	write(t, dir, strings.Repeat("long/", 100)+"name", "1")
	program(t, dir, "add", "staged", "long")
	program(t, dir, "rm", "-q", "--cached", "empty")
	program(t, dir, "add", "-N", "untracked")
	program(t, dir, "rm", "-q", "--cached", "untracked")
	want := strings.Split(program(t, dir, "ls-files", "-z"), "\x00")
	for _, version := range []string{"2", "3", "4"} {
		program(t, dir, "update-index", "--index-version", version, "--force-write-index")
		tracked, err := open(t, dir).Tracked()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[:len(want)-1], slices.Collect(tracked.All())); diff != "" {
			t.Errorf("version %s: -want +got\n%s", version, diff)
		}
		for name, is := range map[string]bool{"staged": true, "untracked": false, "empty": false, "dir": false, "dir/long.txt": true} {
			if tracked.Has(name) != is {
				t.Errorf("Has(%s) is not %v", name, is)
			}
		}
		for name, is := range map[string]bool{"dir": true, "dir/sub": true, "di": false, "staged": false, "long/long": true, "z": false} {
			if tracked.Below(name) != is {
				t.Errorf("Below(%s) is not %v", name, is)
			}
		}
	}
	program(t, dir, "commit", "-qm", "all")
	program(t, dir, "update-index", "--split-index") // read from the commit then
	tracked, err := open(t, dir).Tracked()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[:len(want)-1], slices.Collect(tracked.All())); diff != "" {
		t.Errorf("split: -want +got\n%s", diff)
	}
	program(t, dir, "update-index", "--no-split-index")
	program(t, dir, "sparse-checkout", "set", "--cone", "--sparse-index", "long")
	if tracked, err = open(t, dir).Tracked(); err != nil {
		t.Fatal(err)
	}
	if !tracked.Has("dir/sub/any") || !tracked.Below("dir/sub") || tracked.Has("other/x") {
		t.Errorf("sparse: %q", slices.Collect(tracked.All()))
	}
}

func TestConfig(t *testing.T) {
	got := parseConfig([]byte("# x\n[core]\n\tbare = false\n\tWorkTree = \"C:\\\\x\" \n[remote \"core\"]\n\turl = x\n[include]\npath = y\n[extensions]\nobjectFormat=sha256\nflag\n[broken\nkey=1\n"))
	want := config{"core.bare": "false", "core.worktree": `C:\x`, "include.path": "y", "extensions.objectformat": "sha256", "extensions.flag": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
