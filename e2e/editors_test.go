//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// server builds the program.
func server(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "dockmend")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/dockmend").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// TestNeovim: a person's steps in Neovim, by a script.
func TestNeovim(t *testing.T) {
	if _, err := exec.LookPath("nvim"); err != nil {
		t.Skip("SKIPPED: Neovim is not installed: no editor was started")
	}
	script, err := filepath.Abs("editors/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nvim", "--headless", "--clean", "-c", "luafile "+script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "DOCKMEND="+server(t), "XDG_STATE_HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "ok: the server has ended") {
		t.Error("the script did not come to its end")
	}
}

// TestNodeClient replays recorded steps with VS Code's protocol library, in Node.
func TestNodeClient(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("SKIPPED: npm is not installed: no client of VS Code's library was started")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("editors")); err != nil {
		t.Fatal(err)
	}
	install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund")
	install.Dir = filepath.Join(dir, "node")
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: npm cannot install the library: %v\n%s", err, out)
	}
	cmd := exec.Command("node", "client.mjs", server(t), filepath.Join(dir, "steps.jsonl"))
	cmd.Dir = install.Dir
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// TestEmacs: the same steps with eglot.
func TestEmacs(t *testing.T) {
	program, err := exec.LookPath("emacs")
	if err != nil {
		t.Skip("SKIPPED: Emacs is not installed: eglot was not started")
	}
	if out, err := exec.Command(program, "--batch", "--eval", "(progn (package-initialize) (require 'eglot))").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: Emacs has no eglot: %s", out)
	}
	script, err := filepath.Abs("editors/eglot.el")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--batch", "--eval", "(package-initialize)", "-l", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "DOCKMEND="+server(t), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "ok: the fix is applied") {
		t.Error(err)
	}
}
