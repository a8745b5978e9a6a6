package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	name := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(name, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := replace(root, "Dockerfile", []byte("before"), []byte("after")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if src, _ := os.ReadFile(name); err != nil || string(src) != "after" || info.Mode().Perm() != 0o640 {
		t.Errorf("%q, %v, %v", src, info.Mode(), err)
	}
	if err := replace(root, "Dockerfile", []byte("before"), []byte("x")); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("a file that somebody else changed: %v", err)
	}
	if err := os.Symlink("Dockerfile", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := replace(root, "link", []byte("after"), []byte("x")); err == nil {
		t.Error("a link was replaced")
	}
	if err := replace(root, "../outside", nil, nil); err == nil {
		t.Error("a file outside of the root was replaced")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".dockmend-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
