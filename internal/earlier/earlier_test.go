package earlier

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
)

// newTree has a work tree and a commit with other files; of the work tree's own files
// those that begin with "new" came after the commit.
func newTree(t *testing.T, now, then map[string]string) *Tree {
	t.Helper()
	dir := t.TempDir()
	for name, content := range now {
		at := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if target, ok := strings.CutPrefix(content, "-> "); ok && err == nil {
			err = os.Symlink(target, at)
		} else if err == nil {
			err = os.WriteFile(at, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	commit, blobs := map[string]Entry{}, map[string][]byte{}
	for name, content := range then {
		hash := files.BlobHash([]byte(content), 40)
		commit[name] = Entry{Hash: hash, Regular: !strings.HasPrefix(content, "-> ")}
		if content != "lost" {
			blobs[hash] = []byte(content)
		}
	}
	added := func(name string) bool { return strings.HasPrefix(filepath.Base(name), "new") }
	return New(root, commit, added, func(hash string) ([]byte, error) {
		if content, ok := blobs[hash]; ok {
			return content, nil
		}
		return nil, errors.New("there is no such blob")
	})
}

func TestTree(t *testing.T) {
	tree := newTree(t, map[string]string{
		"same": "1", "edited": "after", "new": "x", "local/cache": "c", "newdir/new1": "x", "mixed/new1": "x", "mixed/cache": "c",
		"file-now": "f", "folder-now/new1": "x", "link": "-> inner", "inner/edited": "after", "gone-too/left": "l",
	}, map[string]string{
		"same": "1", "edited": "before", "removed": "r", "deep/er/removed": "d", "file-now/was": "w", "folder-now": "was a file", "link": "-> inner",
		"inner/edited": "inner before", "gone-too/removed": "r", "empty": "",
	})
	for name, want := range map[string]string{
		"same": "1", "edited": "before", "removed": "r", "deep/er/removed": "d", "file-now/was": "w", "folder-now": "was a file",
		"local/cache": "c", "mixed/cache": "c", "inner/edited": "inner before", "link/edited": "inner before", "gone-too/left": "l", "empty": "",
	} {
		src, err := tree.Read(name, 100)
		opened, openErr := fs.ReadFile(tree, name)
		info, statErr := tree.Stat(name)
		if err != nil || openErr != nil || statErr != nil || string(src) != want || string(opened) != want || !info.Mode().IsRegular() {
			t.Errorf("%s is %q and %q, want %q; %v, %v, %v", name, src, opened, want, err, openErr, statErr)
		}
	}
	for _, name := range []string{"new", "newdir", "newdir/new1", "mixed/new1", "folder-now/new1", "never"} {
		_, err := tree.Stat(name)
		_, lstatErr := tree.Lstat(name)
		_, readErr := tree.Read(name, 100)
		_, openErr := tree.Open(name)
		for _, err := range []error{err, lstatErr, readErr, openErr} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v, want that it is not there", name, err)
			}
		}
	}
	for dir, want := range map[string]string{
		".":        "deep/ edited empty file-now/ folder-now gone-too/ inner/ link local/ mixed/ removed same",
		"deep":     "er/",
		"file-now": "was",
		"mixed":    "cache",
		"gone-too": "left removed",
	} {
		entries, err := tree.ReadDir(dir)
		listed, _, listErr := tree.List(dir, 100)
		for _, all := range [][]fs.DirEntry{entries, listed} {
			var names []string
			for _, e := range all {
				name := e.Name()
				if e.IsDir() {
					name += "/"
				}
				names = append(names, name)
			}
			if got := strings.Join(names, " "); got != want || err != nil || listErr != nil || !slices.IsSorted(names) {
				t.Errorf("%s has %q, want %q; %v, %v", dir, got, want, err, listErr)
			}
		}
	}
	if actual, info, err := tree.Real("link/edited"); actual != "inner/edited" || err != nil || !info.Mode().IsRegular() {
		t.Errorf("Real = %s, %v", actual, err)
	}
	if _, err := tree.Read("edited", 3); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("a file past the limit: %v", err)
	}
	if err := tree.Err(); err != nil {
		t.Error(err)
	}
}

// TestLostBlob: what cannot be read is remembered, since all that is said of the tree may
// be wrong then.
func TestLostBlob(t *testing.T) {
	tree := newTree(t, map[string]string{"a": "now"}, map[string]string{"a": "lost"})
	if _, err := tree.Read("a", 100); err == nil || tree.Err() == nil || !strings.Contains(tree.Err().Error(), "a: ") {
		t.Errorf("%v, %v", err, tree.Err())
	}
}
