package buildcontext_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
)

func tree(t *testing.T, files map[string]string) (*os.Root, *project.Store) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root, project.New(project.Disk(root), nil)
}

func TestContext(t *testing.T) {
	root, store := tree(t, map[string]string{
		"secret": "s", "app/Dockerfile": "FROM a\n", "app/main.go": "package main\n", "app/.git/config": "", "app/dist/x": "",
		"app/.dockerignore": "dist\n# main.go\n",
	})
	if err := os.Symlink("../secret", filepath.Join(root.Name(), "app", "inside")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(root.Name(), "app", "outside")); err != nil {
		t.Fatal(err)
	}
	c := buildcontext.New(store, "app/Dockerfile")
	for _, name := range []string{"main.go", "/main.go", "./main.go"} {
		if src, err := c.ReadFile(name); err != nil || string(src) != "package main\n" {
			t.Errorf("ReadFile(%q) = %q, %v", name, src, err)
		}
	}
	for _, name := range []string{"../secret", "../../etc/hostname", "outside"} {
		if src, err := c.ReadFile(name); !errors.Is(err, lint.ErrOutside) {
			t.Errorf("ReadFile(%q) = %q, %v, want ErrOutside", name, src, err)
		}
	}
	if _, err := c.ReadFile("dist"); err == nil {
		t.Error("a folder was read")
	}
	if dir, ok := c.Exists("dist"); !dir || !ok {
		t.Error("dist is a folder")
	}
	if _, ok := c.Exists("../secret"); ok {
		t.Error("../secret is outside of the context")
	}
	names, err := c.List(".")
	if diff := cmp.Diff([]string{".dockerignore", ".git/", "Dockerfile", "dist/", "inside", "main.go", "outside"}, names); err != nil || diff != "" {
		t.Errorf("List: %v %s", err, diff)
	}
	if pattern, ignored := c.Ignored("dist/x"); !ignored || pattern != "dist" {
		t.Errorf("Ignored(dist/x) = %q, %v", pattern, ignored)
	}
	if _, ignored := c.Ignored("main.go"); ignored || !c.Known() {
		t.Error("main.go is not ignored")
	}
}

func TestIgnoreFileOfTheDockerfile(t *testing.T) {
	_, store := tree(t, map[string]string{"a.Dockerfile": "", "a.Dockerfile.dockerignore": "x\n", ".dockerignore": "y\n"})
	c := buildcontext.New(store, "a.Dockerfile")
	if _, ignored := c.Ignored("x"); !ignored {
		t.Error("a.Dockerfile.dockerignore does not count")
	}
	if _, ignored := c.Ignored("y"); ignored {
		t.Error(".dockerignore counts beside a.Dockerfile.dockerignore")
	}
}

func TestNone(t *testing.T) {
	c := buildcontext.None()
	if _, err := c.ReadFile("x"); err == nil || c.Known() {
		t.Error("there is no context")
	}
}
