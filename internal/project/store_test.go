package project_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
)

// counted is a source that counts what it is asked for.
type counted struct {
	fstest.MapFS
	mu    sync.Mutex
	asked map[string]int
}

func newCounted(tree fstest.MapFS) *counted { return &counted{MapFS: tree, asked: map[string]int{}} }

func (c *counted) note(what, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[what+" "+name]++
}

func (c *counted) Open(name string) (fs.File, error) {
	c.note("open", name)
	return c.MapFS.Open(name)
}

func (c *counted) Stat(name string) (fs.FileInfo, error) {
	c.note("stat", name)
	return c.MapFS.Stat(name)
}

func (c *counted) ReadDir(name string) ([]fs.DirEntry, error) {
	c.note("list", name)
	return c.MapFS.ReadDir(name)
}

func TestEachQuestionIsAskedOnce(t *testing.T) {
	files := newCounted(fstest.MapFS{"a/Dockerfile": {Data: []byte("FROM a\n")}, "a/b/c": {}})
	store := project.New(files, func(name string) string { return "shown/" + name })
	parsed := 0
	var mu sync.Mutex
	parse := func(*lint.Source) any {
		mu.Lock()
		defer mu.Unlock()
		parsed++
		return new(int)
	}
	var made [8]any
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			var src *lint.Source
			made[i], src, _ = store.Shared("a/Dockerfile", "key", parse)
			if src == nil || src.Path != "shown/a/Dockerfile" || string(src.Bytes) != "FROM a\n" {
				t.Errorf("the source is %+v", src)
			}
			if names, err := store.List("a"); err != nil || !slices.Equal(names, []string{"Dockerfile", "b/"}) {
				t.Errorf("the folder has %q, %v", names, err)
			}
			if _, ok := store.Exists("missing"); ok {
				t.Error("what is missing exists")
			}
		})
	}
	wg.Wait()
	for _, m := range made {
		if m != made[0] {
			t.Error("two readers got two documents")
		}
	}
	want := map[string]int{"open a/Dockerfile": 1, "stat .": 1, "list .": 1, "list a": 1}
	if diff := cmp.Diff(want, files.asked); diff != "" || parsed != 1 {
		t.Errorf("parsed %d times, asked %s", parsed, diff)
	}
	if _, _, err := store.Shared("a/Dockerfile", "other", parse); err != nil || parsed != 2 {
		t.Errorf("another key is another document: %v, %d", err, parsed)
	}
}

// TestKindsByTheFolder: what stands for what is known from the lists of folders, and asked
// for where these do not say it.
func TestKindsByTheFolder(t *testing.T) {
	tree := fstest.MapFS{"a/file": {}, "a/dir/x": {}, "a/link": {Data: []byte("file"), Mode: fs.ModeSymlink}, "a/pipe": {Mode: fs.ModeNamedPipe}}
	files := newCounted(tree)
	store := project.New(files, nil)
	for name, want := range map[string]string{
		"a/file": "file", "a/dir": "folder", "a/dir/x": "file", "a/link": "file", "a/pipe": "file", "a/none": "nothing", "none/x/y": "nothing", "a/file/x": "nothing",
	} {
		got := "nothing"
		if isDir, ok := store.Exists(name); ok && isDir {
			got = "folder"
		} else if ok {
			got = "file"
		}
		if got != want {
			t.Errorf("%s is a %s, want %s", name, got, want)
		}
	}
	if _, err := store.Source("a/pipe"); err == nil {
		t.Error("a pipe was read")
	}
	if src, err := store.Source("a/link"); err != nil || src == nil {
		t.Errorf("a link was not followed: %v", err)
	}
	for what := range files.asked {
		if name, isStat := strings.CutPrefix(what, "stat "); isStat && !slices.Contains([]string{".", "a/link", "a/pipe", "a/file/x"}, name) {
			t.Errorf("asked for %s, which the list of its folder has", name)
		}
	}
}

// TestPanicsReachAllWhoAsk: a parser that panics does so for each of them, and
// nobody waits for ever.
func TestPanicsReachAllWhoAsk(t *testing.T) {
	store := project.New(fstest.MapFS{"a": {}}, nil)
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _, _ = store.Shared("a", "key", func(*lint.Source) any { panic("broken") })
		}()
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"root/a": "a", "root/d/x": "", "outside": "secret", "root/large": strings.Repeat("x", 4<<20+1)} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(dir, "root", "link")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	store := project.New(project.Disk(root), nil)
	for name, want := range map[string]error{"missing": fs.ErrNotExist, "link": lint.ErrOutside, "../outside": lint.ErrOutside, "d/../../outside": lint.ErrOutside} {
		if src, err := store.Source(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", name, src, err)
		}
	}
	for _, name := range []string{"d", "large"} {
		if _, err := store.Source(name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if err := store.Folder("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a is no folder: %v", err)
	}
	if names, err := store.List("a"); err == nil {
		t.Errorf("a file was listed: %q", names)
	}
}

// TestCuts: of a folder with too many names the first are listed, whoever asks
// first, and the cut is told.
func TestCuts(t *testing.T) {
	tree := fstest.MapFS{}
	for i := range 10_002 {
		tree[fmt.Sprintf("d/%05d", i)] = &fstest.MapFile{}
	}
	store := project.New(tree, nil)
	names, err := store.List("d")
	if err != nil || len(names) != 10_000 || names[9_999] != "09999" {
		t.Fatalf("%d names, %v", len(names), err)
	}
	want := []project.Cut{{Folder: "d", Reason: "the folder has more than 10,000 files and folders: only the first in the order of their names were looked at"}}
	if diff := cmp.Diff(want, store.Cuts()); diff != "" {
		t.Error(diff)
	}
}

func TestOverlay(t *testing.T) {
	disk := fstest.MapFS{"a/x": {Data: []byte("old")}, "a/y": {Data: []byte("y")}}
	store := project.New(project.Overlay(disk, map[string][]byte{"a/x": []byte("new"), "a/z": nil, "b/c/d": []byte("d")}), nil)
	for name, want := range map[string]string{"a/x": "new", "a/y": "y", "a/z": "", "b/c/d": "d"} {
		if src, err := store.Source(name); err != nil || string(src.Bytes) != want {
			t.Errorf("%s: %v, %v", name, src, err)
		}
	}
	for name, want := range map[string][]string{".": {"a/", "b/"}, "a": {"x", "y", "z"}, "b": {"c/"}, "b/c": {"d"}} {
		if names, err := store.List(name); err != nil || !slices.Equal(names, want) {
			t.Errorf("%s: %q, %v", name, names, err)
		}
	}
}
