package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostile is a tree with every kind of link that a repository may hold; it stands
// beside a folder "outside".
func hostile(t *testing.T) (dir string, root *Root) {
	t.Helper()
	top := t.TempDir()
	dir = filepath.Join(top, "repo")
	for name, content := range map[string]string{
		"outside/secret": "secret", "repo/a": "a", "repo/dir/b": "bb", "repo/.git/config": "token", "repo/.git/index": "dirc", "repo/.GIT2": "c",
	} {
		at := filepath.Join(top, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"link": "a", "out": "../outside/secret", "outdir": "../outside", "absolute": filepath.Join(top, "outside/secret"), "self": filepath.Join(dir, "a"),
		"dir/up": "../a", "linkdir": "dir", "chain": "linkdir/up", "loop": "loop", "token": ".git/config", "gitdir": ".git", "device": "/dev/zero",
		"nowhere": "missing", "through": "dir/../../outside/secret", "back": "linkdir/../a",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links on this machine: nothing about them was tested: ", err)
		}
	}
	root, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return dir, root
}

func TestRead(t *testing.T) {
	_, root := hostile(t)
	tests := []struct {
		name, want string
		err        error
	}{
		{"a", "a", nil},
		{"./dir//b", "bb", nil},
		{"dir/../a", "a", nil},
		{"link", "a", nil},
		{"chain", "a", nil},
		{"linkdir/b", "bb", nil},
		{"back", "a", nil},
		{".GIT2", "c", nil},
		{"missing", "", fs.ErrNotExist},
		{"nowhere", "", fs.ErrNotExist},
		{"out", "", ErrOutside},
		{"outdir/secret", "", ErrOutside},
		{"through", "", ErrOutside},
		{"absolute", "", ErrOutside},
		{"self", "", ErrOutside}, // as os.Root has it
		{"device", "", ErrOutside},
		{"../outside/secret", "", ErrOutside},
		{"/etc/hosts", "", ErrOutside},
		{"", "", ErrNotRegular},
		{"dir", "", ErrNotRegular},
		{"linkdir", "", ErrNotRegular},
		{".git/config", "", ErrVersionControl},
		{"token", "", ErrVersionControl},
		{".git/index", "dirc", nil},
		{"gitdir/index", "", ErrVersionControl},
		{"gitdir/config", "", ErrVersionControl},
		{"large", "", ErrTooLarge},
	}
	if err := os.WriteFile(filepath.Join(root.Dir(), "large"), make([]byte, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time folders are known
		for _, tt := range tests {
			got, err := root.Read(tt.name, 4)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Read(%q) = %q, %v; want %q, %v", tt.name, got, err, tt.want, tt.err)
			}
		}
	}
	if _, err := root.Read("loop", 4); err == nil {
		t.Error("a link to itself was read")
	}
	if _, err := root.Read("a/b", 4); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestReal(t *testing.T) {
	_, root := hostile(t)
	for name, want := range map[string]string{
		".": ".", "a": "a", "chain": "a", "linkdir": "dir", "linkdir/b": "dir/b", "gitdir/config": ".git/config", "back": "a", "dir/..": ".",
	} {
		if got, info, err := root.Real(name); got != want || err != nil || info.Mode()&fs.ModeSymlink != 0 {
			t.Errorf("Real(%q) = %q, %v, %v; want %q", name, got, info, err, want)
		}
	}
	if info, err := root.Lstat("linkdir/up"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("Lstat followed the last link: %v, %v", info, err)
	}
}

func TestListAndSub(t *testing.T) {
	_, root := hostile(t)
	entries, more, err := root.List("linkdir", 10)
	if err != nil || more || len(entries) != 2 || entries[0].Name() != "b" || entries[1].Name() != "up" {
		t.Errorf("List = %v, %v, %v", entries, more, err)
	}
	if entries, more, err = root.List("dir", 1); err != nil || !more || len(entries) != 1 {
		t.Errorf("List of one = %v, %v, %v", entries, more, err)
	}
	for name, want := range map[string]error{"gitdir": ErrVersionControl, ".git": ErrVersionControl, "outdir": ErrOutside, "missing": fs.ErrNotExist} {
		if _, _, err := root.List(name, 10); !errors.Is(err, want) {
			t.Errorf("List(%q): %v, want %v", name, err, want)
		}
	}
	sub, err := root.Sub(".git")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	if src, err := sub.Read("config", 10); string(src) != "token" || err != nil {
		t.Errorf("Sub(.git).Read = %q, %v", src, err)
	}
	for name, want := range map[string]error{"gitdir": ErrLink, "linkdir": ErrLink, "outdir": ErrOutside} {
		if _, err := root.Sub(name); !errors.Is(err, want) {
			t.Errorf("Sub(%q): %v, want %v", name, err, want)
		}
	}
}

func TestWrite(t *testing.T) {
	dir, root := hostile(t)
	tests := []struct {
		name string
		err  error
	}{
		{"new", nil},
		{"a", nil},
		{"out", nil},    // the link is replaced
		{"token", nil},  // so is this one
		{"device", nil}, // and this one
		{"sub/folder/new", nil},
		{"dir", ErrNotRegular},
		{"linkdir/x", ErrLink},
		{"outdir/x", ErrLink},
		{"gitdir/x", ErrLink},
		{".git/x", ErrVersionControl},
		{".git", ErrVersionControl},
		{".Git/x", ErrVersionControl},
		{"../x", ErrOutside},
		{"/x", ErrOutside},
		{".", ErrOutside},
	}
	for _, tt := range tests {
		err := root.Write(tt.name, []byte("new"), Writing{Folders: true})
		if !errors.Is(err, tt.err) {
			t.Errorf("Write(%q): %v, want %v", tt.name, err, tt.err)
		}
		if got, err := root.Read(tt.name, 10); tt.err == nil && string(got) != "new" {
			t.Errorf("Write(%q) wrote %q, %v", tt.name, got, err)
		}
	}
	if err := root.Write("nofolder/x", nil, Writing{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	for name, want := range map[string]string{"../outside/secret": "secret", ".git/config": "token"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s is %q, %v by now", name, got, err)
		}
	}
	noScratch(t, dir)
}

// noScratch holds that no half written file is left.
func noScratch(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(name), ".dockmend-") {
			t.Errorf("%s is left", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReplace(t *testing.T) {
	dir, root := hostile(t)
	// What a killed run left, or a repository committed, is in nobody's way.
	if err := os.WriteFile(filepath.Join(dir, ".dockmend-a.tmp"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, before string
		err          error
	}{
		{"a", "other", ErrChanged},
		{"a", "", ErrChanged},
		{"a", "a", nil},
		{"linkdir/b", "bb", nil},
		{"link", "a", ErrNotRegular},
		{"dir", "", ErrNotRegular},
		{"gitdir/config", "token", ErrVersionControl},
		{"outdir/secret", "secret", ErrOutside},
		{"missing", "", fs.ErrNotExist},
	}
	for _, tt := range tests {
		if err := root.Replace(tt.name, []byte(tt.before), []byte("new")); !errors.Is(err, tt.err) {
			t.Errorf("Replace(%q, %q): %v, want %v", tt.name, tt.before, err, tt.err)
		}
	}
	for name, want := range map[string]string{"a": "new", "dir/b": "new", "../outside/secret": "secret"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "a")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is not kept: %v, %v", info, err)
	}
}

func TestFoldersAndRemove(t *testing.T) {
	_, root := hostile(t)
	for name, want := range map[string]error{"x/y": nil, "dir": nil, ".": nil, "outdir/x": ErrLink, "linkdir": ErrLink, "../x": ErrOutside} {
		if err := root.MakeFolder(name, Writing{}); !errors.Is(err, want) {
			t.Errorf("MakeFolder(%q): %v, want %v", name, err, want)
		}
	}
	for name, want := range map[string]error{"out": nil, "outdir/secret": ErrLink, ".git/config": ErrVersionControl, "missing": fs.ErrNotExist} {
		if err := root.Remove(name); !errors.Is(err, want) {
			t.Errorf("Remove(%q): %v, want %v", name, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(root.Dir(), "../outside/secret")); err != nil {
		t.Error("a link was removed with what it leads to: ", err)
	}
}

func TestScratch(t *testing.T) {
	root, remove, err := Scratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Put("a/b", []byte("x")); err != nil {
		t.Error(err)
	}
	if src, err := root.Read("a/b", 1); string(src) != "x" || err != nil {
		t.Errorf("Read = %q, %v", src, err)
	}
	if err := root.Put("../b", nil); !errors.Is(err, ErrOutside) {
		t.Errorf("Put outside: %v", err)
	}
	if err := remove(); err != nil || IsFolder(root.Dir()) {
		t.Errorf("remove: %v", err)
	}
}

func TestAppend(t *testing.T) {
	name := filepath.Join(t.TempDir(), "output")
	for range 2 {
		if err := Append(name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if src, err := ReadEnvironment(name, 2); string(src) != "xx" || err != nil {
		t.Errorf("ReadEnvironment = %q, %v", src, err)
	}
	if _, err := ReadEnvironment(name, 1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("ReadEnvironment of one byte: %v", err)
	}
	if err := Append(filepath.Dir(name), nil); err == nil {
		t.Error("a folder was appended to")
	}
}

func TestFS(t *testing.T) {
	_, root := hostile(t)
	fsys := root.FS()
	for name, want := range map[string]error{
		"a": nil, "chain": nil, "out": ErrOutside, "token": ErrVersionControl, "device": ErrOutside, "missing": fs.ErrNotExist, "../a": fs.ErrInvalid,
	} {
		if _, err := fs.ReadFile(fsys, name); !errors.Is(err, want) {
			t.Errorf("ReadFile(%q): %v, want %v", name, err, want)
		}
	}
	if entries, err := fs.ReadDir(fsys, "linkdir"); len(entries) != 2 || err != nil {
		t.Errorf("ReadDir = %v, %v", entries, err)
	}
	if info, err := fs.Stat(fsys, "linkdir"); err != nil || !info.IsDir() {
		t.Errorf("Stat = %v, %v", info, err)
	}
	f, err := fsys.Open("dir")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(nil); err == nil {
		t.Error("a folder was read as a file")
	}
	if info, err := f.Stat(); err != nil || !info.IsDir() || f.Close() != nil {
		t.Errorf("Stat = %v, %v", info, err)
	}
}
