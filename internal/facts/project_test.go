package facts_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// projectOf is that of deploy/compose.yaml in a root with these files.
func projectOf(t *testing.T, files map[string]string) *facts.Project {
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
	store := project.New(project.Disk(root), func(name string) string { return "shown/" + name })
	return facts.NewProject(buildcontext.New(store, "deploy/compose.yaml"))
}

func TestProjectReachesTheBuildOfAService(t *testing.T) {
	p := projectOf(t, map[string]string{
		"deploy/compose.yaml":                "",
		"api/.dockerignore":                  "*.md\n",
		"api/docker/prod.Dockerfile":         "FROM scratch AS one\nCOPY . /\nCOPY --from=x a b\nADD https://x/y z\nCOPY \"src\" $D t\n",
		"api/README.md":                      "",
		"api/main.go":                        "",
		"api/.git/HEAD":                      "",
		"docker/web.Dockerfile":              "FROM alpine\n",
		"docker/web.Dockerfile.dockerignore": "main.go\n",
	})
	c, err := p.Context("../api", "docker/prod.Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	d := c.Dockerfile()
	if d == nil || d.Source.Path != "shown/api/docker/prod.Dockerfile" || d.Final().Name != "one" {
		t.Fatalf("the Dockerfile is %+v", d)
	}
	var copies []string
	for _, x := range d.ContextCopies() {
		copies = append(copies, fmt.Sprintln(x.Path, x.Whole(), x.Shipped))
	}
	if diff := cmp.Diff([]string{". true true\n", "src false true\n"}, copies); diff != "" {
		t.Error(diff)
	}
	var entries []string
	for _, e := range c.Tree().Entries {
		entries = append(entries, fmt.Sprintln(e.Path, e.Dir, e.Ignored))
	}
	want := []string{
		".dockerignore false false\n", ".git true false\n", "README.md false true\n",
		"docker true false\n", "docker/prod.Dockerfile false false\n", "main.go false false\n",
	}
	if diff := cmp.Diff(want, entries); diff != "" || !c.Tree().Complete {
		t.Error(diff)
	}
	if c.IgnoreFile().Source.Path != "shown/api/.dockerignore" {
		t.Error("another ignore file is read")
	}
	if again, err := p.Context("../api/.", "./docker/prod.Dockerfile"); err != nil || again != c {
		t.Error("the context is read again")
	}
	// A Dockerfile beside the context, with an ignore file of its own.
	c, err = p.Context("../api", "../docker/web.Dockerfile")
	if err != nil || c.Dockerfile() == nil || c.IgnoreFile().Source.Path != "shown/docker/web.Dockerfile.dockerignore" {
		t.Errorf("the Dockerfile beside the context is not found: %v", err)
	}
	if _, ignored := c.Files.Ignored("main.go"); !ignored {
		t.Error("its ignore file does not count")
	}
}

func TestProjectSaysWhyItDoesNotKnow(t *testing.T) {
	p := projectOf(t, map[string]string{"deploy/compose.yaml": "", "deploy/file": ""})
	for folder, want := range map[string]error{
		"../..": lint.ErrOutside, "../../etc": lint.ErrOutside, "/etc": lint.ErrOutside, "https://github.com/a/b.git": facts.ErrRemote,
		"git@github.com:a/b": facts.ErrRemote, "github.com/a/b": facts.ErrRemote, "-": facts.ErrRemote, "${DIR}": facts.ErrVariable,
		"missing": fs.ErrNotExist, "file": fs.ErrNotExist,
	} {
		if _, err := p.Context(folder, ""); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", folder, err, want)
		}
	}
	if _, err := p.Context(".", "/etc/passwd"); !errors.Is(err, lint.ErrOutside) {
		t.Errorf("a Dockerfile outside: %v", err)
	}
	c, err := p.Context(".", "../../outside")
	if err != nil || c.Dockerfile() != nil {
		t.Errorf("a Dockerfile outside of the root is read: %v", err)
	}
	if _, err := facts.NewProject(buildcontext.None()).Context(".", ""); !errors.Is(err, facts.ErrNoFiles) {
		t.Errorf("standard input: %v", err)
	}
	var none *facts.Project
	if _, err := none.Context(".", ""); !errors.Is(err, facts.ErrNoFiles) {
		t.Errorf("no project: %v", err)
	}
}

func TestTreeIsBounded(t *testing.T) {
	var cut []string
	tree := facts.ListTree(wide{cut: &cut})
	if tree.Complete || len(tree.Entries) > 20_000 || len(cut) != 1 {
		t.Errorf("%d entries, complete %v, %q", len(tree.Entries), tree.Complete, cut)
	}
}

// wide is a context in which every folder holds folders.
type wide struct {
	lint.Context
	cut *[]string
}

func (wide) List(string) ([]string, error) { return []string{"a/", "b/", "c"}, nil }
func (wide) Ignored(string) (string, bool) { return "", false }
func (w wide) Cut(reason string)           { *w.cut = append(*w.cut, reason) }

func TestShippedStages(t *testing.T) {
	d := facts.NewDockerfile(dockerfile.Parse([]byte("FROM a AS base\nCOPY . .\nFROM b AS build\nCOPY . .\nFROM base\nCOPY x y\nCOPY --exclude=*.md . .\n")))
	var got strings.Builder
	for _, c := range d.ContextCopies() {
		fmt.Fprintf(&got, "%s %s %v, ", c.Stage.Image.Raw, c.Path, c.Shipped)
	}
	if want := "a . true, b . false, base x true, "; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}
