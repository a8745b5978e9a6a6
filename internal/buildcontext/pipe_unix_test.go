//go:build unix

package buildcontext_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
)

// TestPipe: one that nobody writes to is an error, and no wait without end.
func TestPipe(t *testing.T) {
	root, store := tree(t, map[string]string{"Dockerfile": ""})
	for _, name := range []string{"app.env", ".dockerignore"} {
		if err := syscall.Mkfifo(filepath.Join(root.Name(), name), 0o600); err != nil {
			t.Skip("SKIPPED: no pipes here: ", err)
		}
	}
	c := buildcontext.New(store, "Dockerfile")
	if _, err := c.ReadFile("app.env"); err == nil {
		t.Error("a pipe was read")
	}
	if _, err := c.List("app.env"); err == nil {
		t.Error("a pipe was listed")
	}
	if _, ignored := c.Ignored("x"); ignored {
		t.Error("a pipe ignores something")
	}
}
