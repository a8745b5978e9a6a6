package files

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// layout makes folders (names that end in a slash), files, and links ("name>target").
func layout(t *testing.T, names ...string) string {
	t.Helper()
	// The system's own links, as that of /tmp on macOS, are not the matter here.
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		link, target, isLink := cutLink(name)
		at := filepath.Join(top, filepath.FromSlash(link))
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		switch {
		case isLink:
			err = errors.Join(err, os.Symlink(target, at))
		case name[len(name)-1] == '/':
			err = errors.Join(err, os.MkdirAll(at, 0o755))
		default:
			err = errors.Join(err, os.WriteFile(at, []byte(name), 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func cutLink(name string) (link, target string, ok bool) {
	for i := range name {
		if name[i] == '>' {
			return name[:i], name[i+1:], true
		}
	}
	return name, "", false
}

func TestConfine(t *testing.T) {
	top := layout(t,
		"repo/.git/", "repo/sub/file", "repo/nested/.git/", "repo/nested/file", "repo/svc>../other", "repo/file", "repo/in>sub",
		"other/.git/", "other/file", "other/x/",
		"plain/a/file", "plain/b/", "plain/git/.git/", "plain/svc>../other", "mine>repo", "outside/file", "link>outside")
	tests := []struct {
		workDir, name, root, inRoot string
		known                       bool
	}{
		{"repo", ".", "repo", ".", true},
		{"repo", "sub/file", "repo", "sub/file", true},
		{"repo/sub", "file", "repo", "sub/file", true},
		{"repo/sub", "../file", "repo", "file", true},
		{"repo", "missing", "repo", "missing", true},
		{"repo", "missing/x", "repo", "missing/x", true},
		{"repo", "nested", "repo/nested", ".", true},
		{"repo", "nested/file", "repo/nested", "file", true},
		{"repo", "svc", "repo", "svc", true}, // a link is no root
		{"repo", "svc/file", "repo", "svc/file", true},
		{"repo/sub", "../svc/x", "repo", "svc/x", true},
		{"repo", "in/file", "repo", "in/file", true},
		{"repo", "../other", "other", ".", true},
		{"repo", "../other/x", "other", "x", true},
		{"plain", "a", "plain", "a", true},
		{"plain", "a/file", "plain", "a/file", true},
		{"plain", "git", "plain/git", ".", true},
		{"plain", "svc", "plain", "svc", true},
		{"plain/a", "../b", "plain/b", ".", false},
		{"plain/a", "../b/new", "plain/b", "new", false},
		{"plain/a", "../svc", "plain/svc", ".", true}, // nobody's but the user's
		{"plain", "../mine/file", "mine", "file", true},
		{"plain", "../outside/file", "outside", "file", false},
		{"plain", "../link/file", "link", "file", false},
		{"plain", "../outside", "outside", ".", false},
	}
	for _, tt := range tests {
		for _, name := range []string{tt.name, filepath.Join(top, tt.workDir, tt.name)} {
			root, inRoot, known := Confine(filepath.Join(top, tt.workDir), filepath.FromSlash(name))
			if want := filepath.Join(top, tt.root); root != want || inRoot != tt.inRoot || known != tt.known {
				t.Errorf("in %s: Confine(%s) = %s, %s, %v; want %s, %s, %v", tt.workDir, name, root, inRoot, known, want, tt.inRoot, tt.known)
			}
		}
	}
}

func TestNamed(t *testing.T) {
	top := layout(t, "outside/secret", "outside/own>secret", "repo/.git/config", "repo/conf", "repo/link>../outside/secret", "repo/zero>/dev/zero",
		"repo/out>../outside/secret", "repo/folder>../outside", "repo/in/", "repo/infolder>in", "link>outside")
	dir := filepath.Join(top, "repo")
	for name, want := range map[string]error{
		"conf": nil, "../outside/secret": nil, "../outside/own": nil, "../link/own": nil,
		"link": ErrOutside, "zero": ErrOutside, "folder/secret": ErrOutside, ".git/config": ErrVersionControl, "in": ErrNotRegular,
		"../outside": ErrNotRegular, "missing": os.ErrNotExist,
	} {
		if _, err := ReadNamed(dir, name, 100); !errors.Is(err, want) {
			t.Errorf("ReadNamed(%s): %v, want %v", name, err, want)
		}
	}
	for name, want := range map[string]error{
		"new": nil, "in/new": nil, "out": nil, "../outside/new": nil, "../link/new": nil, os.DevNull: nil,
		"folder/new": ErrLink, "infolder/new": ErrLink, ".git/new": ErrVersionControl, "missing/new": os.ErrNotExist, "in": ErrNotRegular,
		"../outside/missing/new": os.ErrNotExist,
	} {
		if err := WriteNamed(dir, name, []byte("new")); !errors.Is(err, want) {
			t.Errorf("WriteNamed(%s): %v, want %v", name, err, want)
		}
	}
	if src, err := os.ReadFile(filepath.Join(top, "outside/secret")); string(src) != "outside/secret" {
		t.Errorf("a link was followed: %q, %v", src, err)
	}
	noScratch(t, top)
}
