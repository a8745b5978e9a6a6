package project

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestLive: a change drops what was made of the file, directly and by what was derived, and
// nothing else; also where a link leads to it.
func TestLive(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "sub/c"} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("sub", filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	changed := map[string][]byte{}
	s := NewLive(Overlay(Disk(root), changed), nil)
	text := func(name string) string {
		made, _, err := s.Shared(name, "text", func(src *lint.Source) any { return string(src.Bytes) })
		if err != nil {
			t.Fatal(err)
		}
		return made.(string)
	}
	derived := 0
	both := func() string {
		return s.Derived(".", "both", func() any { derived++; return text("a") + text("b") }).(string)
	}
	asked := s.Record(func() { both() })
	again := s.Record(func() { both(); s.Exists("sub/c") })
	linked := s.Record(func() { text("linked/c") })
	if derived != 1 || !asked.Has("a") || !asked.Has("b") || asked.Has("sub/c") || !again.Has("b") || !again.Has("sub/c") {
		t.Errorf("derived %d times; asked for %v, then %v", derived, asked, again)
	}
	if !linked.Has("sub/c") {
		t.Errorf("what a link leads to is not asked for: %v", linked)
	}
	changed["sub/c"] = []byte("new")
	s.Changed("sub/c")
	if both(); derived != 1 || text("sub/c") != "new" {
		t.Errorf("after another file changed, derived %d times, and it is %q", derived, text("sub/c"))
	}
	changed["a"] = []byte("new")
	s.Changed("a")
	if got := both(); got != "newb" || derived != 2 {
		t.Errorf("after a change: %q, derived %d times", got, derived)
	}
}
