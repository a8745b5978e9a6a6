// Package gittest is for tests alone: repositories that git itself makes.
package gittest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// History is a repository in a folder.
type History struct {
	T   *testing.T
	Dir string
}

// New makes a repository with one commit, on main.
func New(t *testing.T, files map[string]string) *History {
	t.Helper()
	h := &History{t, t.TempDir()}
	h.Git("init", "-q", "-b", "main")
	h.Write(files)
	h.Commit()
	return h
}

// Git runs git in the folder, and returns what it prints.
func (h *History) Git(args ...string) string {
	h.T.Helper()
	args = append([]string{"-C", h.Dir, "-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgSign=false"}, args...)
	cmd := exec.CommandContext(h.T.Context(), "git", args...) //nolint:gosec // the arguments are those of tests
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.T.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Write writes files; an empty one is removed.
func (h *History) Write(files map[string]string) {
	h.T.Helper()
	for name, content := range files {
		at := filepath.Join(h.Dir, name)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if content == "" {
			err = os.Remove(at)
		} else if err == nil {
			err = os.WriteFile(at, []byte(content), 0o600)
		}
		if err != nil {
			h.T.Fatal(err)
		}
	}
}

// Commit makes a commit of everything.
func (h *History) Commit() {
	h.T.Helper()
	h.Git("add", "-A")
	h.Git("commit", "-q", "--allow-empty", "-m", "work")
}
