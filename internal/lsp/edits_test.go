package lsp

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/fuzzseed"
)

// projects are the folders with repositories that DOCKMEND_PROJECTS names, each a list of
// paths; none where it is not set.
func projects(tb testing.TB) (dirs []string) {
	tb.Helper()
	for _, at := range filepath.SplitList(os.Getenv("DOCKMEND_PROJECTS")) {
		entries, err := os.ReadDir(at)
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				dirs = append(dirs, filepath.Join(at, e.Name()))
			}
		}
	}
	return dirs
}

// TestEqualsLintOnProjects: the server and the command line find the same in real
// repositories.
func TestEqualsLintOnProjects(t *testing.T) {
	dirs := projects(t)
	if len(dirs) == 0 {
		t.Skip("SKIPPED: DOCKMEND_PROJECTS is not set: only a small repository is compared, by TestEqualsLint")
	}
	files, findings := 0, 0
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c := start(t, dir, pulling)
			want := linted(t, dir)
			for _, found := range want {
				findings += len(found)
			}
			files += len(want)
			if diff := cmp.Diff(want, c.findings()); diff != "" {
				t.Errorf("lint and the server differ (-lint +server):\n%s", diff)
			}
		})
	}
	t.Logf("%d repositories, %d findings in %d files", len(dirs), findings, files)
}

// sample is a repository whose files speak of each other.
func sample(tb testing.TB) map[string]string {
	tb.Helper()
	all := map[string]string{
		"Dockerfile":    "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY go.mod app.txt ./\nRUN go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
		".dockerignore": "*.log\n", "app.txt": "", "go.mod": "module x\n", ".env": "A=1\n",
		"compose.yaml":             "services:\n  web:\n    build: .\n    ports: [\"80:80\"]\n    depends_on: [db]\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: hunter2}\n",
		"api/Dockerfile":           "FROM python:3.13-slim\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nCMD python /app/main.py\n",
		"api/.dockerignore":        ".git\n",
		"api/compose.yaml":         "include: [../compose.yaml]\nservices:\n  api:\n    build: {context: ., target: x}\n",
		"deploy/app.yaml":          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers: [{name: web, image: \"acme/web:1\"}]\n",
		"docker-bake.hcl":          "target \"web\" {\n  context = \".\"\n  target = \"build\"\n}\n",
		"Makefile":                 "build:\n\tdocker build -t acme/web:1 .\n",
		".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: docker build api\n",
	}
	for i, text := range fuzzseed.Texts(tb, "dockerfile") {
		if i%8 == 0 {
			all[fmt.Sprintf("many/%d/Dockerfile", i)] = text
		}
	}
	return all
}

// TestRandomEdits: after any edits, the server finds what a new run over the same contents
// finds. DOCKMEND_EDITS is for how long, on the repositories of DOCKMEND_PROJECTS.
func TestRandomEdits(t *testing.T) {
	most, _ := time.ParseDuration(os.Getenv("DOCKMEND_EDITS"))
	if most == 0 {
		e := newEditing(t, tree(t, sample(t)), 1)
		for range 4 {
			e.round(50)
		}
		return
	}
	dirs := projects(t)
	if len(dirs) == 0 {
		t.Fatal("DOCKMEND_EDITS needs DOCKMEND_PROJECTS")
	}
	rounds := 0
	for begin, seed := time.Now(), uint64(1); time.Since(begin) < most && !t.Failed(); seed++ {
		dir := dirs[rand.New(rand.NewPCG(seed, 7)).IntN(len(dirs))]
		t.Run(fmt.Sprint(seed, "/", filepath.Base(dir)), func(t *testing.T) {
			copied, err := filepath.EvalSymlinks(t.TempDir())
			if err == nil {
				err = os.CopyFS(copied, os.DirFS(dir))
			}
			if err != nil {
				t.Skip(err) // a link that leads out
			}
			e := newEditing(t, copied, seed)
			for range 3 {
				e.round(100)
				rounds++
			}
		})
	}
	t.Logf("%d times 100 edits", rounds)
}

// editing is somebody who types at random.
type editing struct {
	t      *testing.T
	c      *client
	random *rand.Rand
	names  []string
	lines  []string
	open   map[string]*content
	last   map[string]int32
	log    []string
}

func newEditing(t *testing.T, dir string, seed uint64) *editing {
	t.Helper()
	e := &editing{t: t, c: start(t, dir, pulling), random: rand.New(rand.NewPCG(seed, 1)), open: map[string]*content{}, last: map[string]int32{}}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(at, ".git/") || len(e.names) > 2000 {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if info, infoErr := d.Info(); infoErr == nil && info.Size() < 64<<10 && !slices.Contains(config.FileNames(), filepath.Base(name)) {
			e.names = append(e.names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	matters := func(name string) bool {
		return strings.Contains(strings.ToLower(filepath.Base(name)), "docker") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
	}
	slices.SortStableFunc(e.names, func(a, b string) int {
		return map[bool]int{true: -1}[matters(a) && !matters(b)] + map[bool]int{true: 1}[matters(b) && !matters(a)]
	})
	for _, text := range fuzzseed.Texts(t, "dockerfile")[:32] {
		e.lines = append(e.lines, strings.Split(text, "\n")...)
	}
	e.lines = append(e.lines, "services:", "  x:", "    build: .", "    image: redis:7", "kind: Pod", "apiVersion: v1", "*", "!app.txt", "{{ x }}", "\t", "ö😀", "FROM", "# dockmend ignore=all -- x", "\r", "\"", "  - |", "&a", "*a")
	return e
}

// pick is a name, one that matters mostly.
func (e *editing) pick() string {
	if e.random.IntN(8) > 0 {
		return e.names[e.random.IntN(min(len(e.names), 12))]
	}
	return e.names[e.random.IntN(len(e.names))]
}

// edit changes a part of a document, opens or closes one.
func (e *editing) edit() {
	name := e.pick()
	was := e.open[name]
	if was == nil {
		src, err := os.ReadFile(filepath.Join(e.c.dir, name))
		if err != nil || !isText(src) {
			return
		}
		e.c.open(name, "", string(src))
		e.open[name] = newContent(src)
		e.last[name] = 1
		e.log = append(e.log, "open "+name)
		return
	}
	if e.random.IntN(40) == 0 {
		e.c.notify("textDocument/didClose", documentParams{textDocument{e.c.uri(name)}})
		delete(e.open, name)
		e.log = append(e.log, "close "+name)
		return
	}
	span := was.line(e.random.IntN(len(was.starts)))
	text := ""
	switch e.random.IntN(6) {
	case 0: // a character goes
		at := span.Start + e.random.IntN(span.Len()+1)
		span.Start, span.End = at, min(at+1, span.End)
	case 1: // a character comes
		at := span.Start + e.random.IntN(span.Len()+1)
		span.Start, span.End = at, at
		text = string(" \\\"'$={}[]:#-ax0&|\n"[e.random.IntN(19)])
	case 2: // a line goes
		span.End = min(span.End+1, len(was.src))
	default: // a line comes
		span.End = span.Start
		text = e.lines[e.random.IntN(len(e.lines))] + "\n"
	}
	change := contentChange{Range: new(textRange), Text: text}
	*change.Range = was.textRange(span, utf8s)
	now := was.change(change, utf8s)
	if len(now.src) > 128<<10 {
		return
	}
	e.last[name]++
	e.c.notify("textDocument/didChange", didChangeParams{versionedDocument{e.c.uri(name), e.last[name]}, []contentChange{change}})
	e.open[name] = now
	e.log = append(e.log, fmt.Sprintf("edit %s %v %q", name, span, text))
	if e.random.IntN(4) == 0 {
		e.c.pull(name)
	}
}

func isText(src []byte) bool {
	return !slices.Contains(src, 0) && string(src) == strings.ToValidUTF8(string(src), "")
}

// round makes edits, and compares with a run over a copy of the contents.
func (e *editing) round(edits int) {
	e.t.Helper()
	for range edits {
		e.edit()
	}
	got := e.c.findings()
	saved := map[string][]byte{}
	for name, text := range e.open {
		at := filepath.Join(e.c.dir, name)
		was, err := os.ReadFile(at)
		if err != nil {
			e.t.Fatal(err)
		}
		saved[at] = was
		if err := os.WriteFile(at, text.src, 0o644); err != nil {
			e.t.Fatal(err)
		}
	}
	want := linted(e.t, e.c.dir)
	for at, was := range saved {
		if err := os.WriteFile(at, was, 0o644); err != nil {
			e.t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		e.t.Fatalf("after %d edits, lint and the server differ (-lint +server):\n%s\nthe last edits:\n%s", len(e.log), diff, strings.Join(e.log[max(len(e.log)-100, 0):], "\n"))
	}
}
