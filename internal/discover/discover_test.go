package discover_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// tree writes an archive's files below a new folder. A file with the content
// "-> x" becomes a symbolic link.
func tree(t *testing.T, archive string) *files.Root {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		at := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(strings.TrimSpace(string(f.Data)), "-> "); link {
			err = os.Symlink(target, at)
		} else {
			err = os.WriteFile(at, f.Data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func render(r *discover.Result) string {
	var b strings.Builder
	for _, f := range r.Files {
		fmt.Fprintf(&b, "%s %s", [...]string{"dockerfile", "compose", "ignore", "kubernetes", "workflow", "bake"}[f.Target], f.Path)
		if f.Template {
			b.WriteString(" template")
		}
		b.WriteString("\n")
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "skip %s: %s\n", s.Path, s.Reason)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.File, p.Message)
	}
	return b.String()
}

func TestFind(t *testing.T) {
	tests := []struct {
		name, tree string
		paths      []string
		opts       discover.Options
		want       string
	}{
		{
			name: "names",
			tree: "-- Dockerfile --\n-- DOCKERFILE.Dev --\n-- Dockerfile-x --\n-- api.dockerfile --\n-- Containerfile --\n-- a.Containerfile --\n-- .hidden/Dockerfile --\n" +
				"-- Dockerfiles --\n-- dockerfile_x --\n-- Dockerfile. --\n-- notes --\n",
			want: "dockerfile .hidden/Dockerfile\ndockerfile Containerfile\ndockerfile DOCKERFILE.Dev\ndockerfile Dockerfile\ndockerfile Dockerfile-x\ndockerfile a.Containerfile\ndockerfile api.dockerfile\ndockerfile dockerfile_x\n",
		},
		{
			name: "other kinds",
			tree: "-- compose.yaml --\n-- docker-compose.prod.yml --\n-- composer.json --\n-- .dockerignore --\n-- Dockerfile.dockerignore --\n-- composed.yaml --\n",
			want: "ignore .dockerignore\nignore Dockerfile.dockerignore\ncompose compose.yaml\ncompose docker-compose.prod.yml\n",
		},
		{
			name: "other languages and templates",
			tree: "-- Dockerfile.md --\n-- dockerfile.go --\n-- Dockerfile~ --\n-- Dockerfile.bak --\n-- Dockerfile.j2 --\n-- Dockerfile.in --\n-- app.Dockerfile.tmpl --\n",
			want: "dockerfile Dockerfile.in template\ndockerfile Dockerfile.j2 template\ndockerfile app.Dockerfile.tmpl template\n" +
				"skip Dockerfile.bak: the name ends in .bak\nskip Dockerfile.md: the name ends in .md\nskip Dockerfile~: the name ends in ~\nskip dockerfile.go: the name ends in .go\n",
		},
		{
			name: "Dockerfiles for a language",
			tree: "-- Dockerfile.cpp --\n# syntax=docker/dockerfile:1\n\nARG BASE=gcc:14\nFROM $BASE\n-- Dockerfile.go --\npackage main\n-- Dockerfile.py --\nfrom golang:1\n" +
				"-- Dockerfile.rs --\n// FROM scratch\n-- a/Dockerfile.md --\nFROM scratch\n",
			want: "dockerfile Dockerfile.cpp\ndockerfile Dockerfile.py\nskip Dockerfile.go: the name ends in .go\nskip Dockerfile.rs: the name ends in .rs\nskip a/Dockerfile.md: the name ends in .md\n",
		},
		{
			name: "folders",
			tree: "-- node_modules/a/Dockerfile --\n-- vendor/Dockerfile --\n-- env/pyvenv.cfg --\n-- env/Dockerfile --\n-- env/bin/python --\n-- env/lib/x --\n-- svc/pyvenv.cfg --\n-- svc/Dockerfile --\n-- sub/.git/config --\n-- sub/Dockerfile --\n-- .git/Dockerfile --\n",
			want: "dockerfile svc/Dockerfile\nskip .git: version control\nskip env: virtual environment\nskip node_modules: dependencies\nskip sub: another git repository\nskip vendor: dependencies\n",
		},
		{
			name: "gitignore",
			tree: "-- .gitignore --\n/build\n*.dev\n!keep.dev\n-- build/Dockerfile --\n-- a/build/Dockerfile --\n-- Dockerfile.dev --\n-- a/.gitignore --\nDockerfile.x\n-- a/Dockerfile.x --\n-- Dockerfile.x --\n",
			want: "dockerfile Dockerfile.x\ndockerfile a/build/Dockerfile\nskip Dockerfile.dev: ignored by git\nskip a/Dockerfile.x: ignored by git\nskip build: ignored by git\n",
		},
		{
			name: "gitignore does not count",
			tree: "-- .gitignore --\n*\n-- Dockerfile --\n",
			opts: discover.Options{NoGitignore: true},
			want: "dockerfile Dockerfile\n",
		},
		{
			name: "gitignore with as many patterns as are read",
			tree: "-- .gitignore --\n" + strings.Repeat("x\n", limits.GitPatterns-1) + "Dockerfile\n-- Dockerfile --\n",
			want: "skip Dockerfile: ignored by git\n",
		},
		{
			name: "gitignore with more patterns",
			tree: "-- .gitignore --\n" + strings.Repeat("x\n", limits.GitPatterns) + "Dockerfile\n-- Dockerfile --\n",
			want: "dockerfile Dockerfile\nskip .gitignore: more than 10,000 patterns, or 262,144 bytes of them: further ones ignore nothing\n",
		},
		{
			name: "gitignore that is too large",
			tree: "-- .gitignore --\nDockerfile\n" + strings.Repeat("#\n", limits.FileBytes/2) + "-- Dockerfile --\n",
			want: "dockerfile Dockerfile\nskip .gitignore: cannot be read, so it ignores nothing: file is too large: it has more than 4194304 bytes\n",
		},
		{
			name:  "gitignore of the folders above",
			tree:  "-- .gitignore --\nb/x\n-- a/.gitignore --\ny\n-- a/b/x/Dockerfile --\n-- a/b/y/Dockerfile --\n-- a/b/z/Dockerfile --\n",
			paths: []string{"a/b"},
			want:  "dockerfile a/b/x/Dockerfile\ndockerfile a/b/z/Dockerfile\nskip a/b/y: ignored by git\n",
		},
		{
			name: "excluded",
			tree: "-- a/Dockerfile --\n-- b/Dockerfile --\n-- Dockerfile.x --\n",
			opts: discover.Options{Excluded: func(p string) (string, bool) { return "pattern", p == "a" || p == "Dockerfile.x" }},
			want: "dockerfile b/Dockerfile\nskip Dockerfile.x: excluded by pattern\nskip a: excluded by pattern\n",
		},
		{
			name: "links",
			tree: "-- Dockerfile --\n-- Dockerfile.same --\n-> Dockerfile\n-- Dockerfile.other --\n-> files/build\n-- files/build --\n-- Dockerfile.gone --\n-> nowhere\n-- Dockerfile.out --\n-> /etc/hostname\n-- Dockerfile.up --\n-> ../../x\n",
			want: "dockerfile Dockerfile\ndockerfile files/build\nskip Dockerfile.gone: symbolic link to nothing, or to a place outside of the root\nskip Dockerfile.other: symbolic link to files/build\n" +
				"skip Dockerfile.out: symbolic link to nothing, or to a place outside of the root\nskip Dockerfile.same: symbolic link to Dockerfile\nskip Dockerfile.up: symbolic link to nothing, or to a place outside of the root\n",
		},
		{
			name: "names of compose files",
			tree: "-- docker-stack.yml --\n-- podman-compose.yaml --\n-- a/stack.yml --\nversion: '3'\nservices: {}\n-- my.compose.yaml --\nservices: {}\n" +
				"-- rancher-compose.yml --\nservices: {}\n-- stack.yaml --\nresolver: lts-22.0\n-- swarm.yml --\nnodes: 3\n" +
				"-- stacker.yml --\nname: a\nproject: {identity: a}\nservices:\n  - name: a\n-- b/stack.yml --\nx-common: &c {}\nservices: {}\n",
			want: "compose a/stack.yml\ncompose b/stack.yml\ncompose docker-stack.yml\ncompose my.compose.yaml\ncompose podman-compose.yaml\n",
		},
		{
			name: "compose files that others name",
			tree: "-- compose.yaml --\ninclude: [parts/db.yaml, {path: [parts/web.yml, ../outside.yml]}]\nservices: {a: {extends: {file: base.yml, service: a}}}\n" +
				"-- parts/db.yaml --\nservices: {b: {build: {dockerfile: image}, extends: {file: more.yml, service: b}}}\n-- parts/more.yml --\n" +
				"-- parts/web.yml --\n-- base.yml --\nservices: {}\n-- parts/image --\n-- other.yml --\n",
			want: "compose base.yml\ncompose compose.yaml\ncompose parts/db.yaml\ndockerfile parts/image\ncompose parts/more.yml\ncompose parts/web.yml\n",
		},
		{
			name: "bake files",
			tree: "-- docker-bake.hcl --\nvariable \"DIR\" { default = \"web\" }\n" +
				"target \"base\" {\n  context = \"./${DIR}\"\n  dockerfile = \"image\" # comment\n  args = { A = upper(\"x\") }\n}\n" +
				"target \"child\" {\n  inherits = [\"base\"]\n  dockerfile = \"child.docker\"\n}\n" +
				"target \"computed\" { dockerfile = upper(\"x\") }\ntarget \"up\" { dockerfile = \"../x\" }\n" +
				"-- web/image --\n-- web/child.docker --\n-- X --\n-- docker-bake.override.hcl --\ntarget \"x\" { dockerfile = \"own\" }\n-- own --\n" +
				"-- docker-bake.broken.hcl --\ntarget {{{\n",
			want: "bake docker-bake.broken.hcl\nbake docker-bake.hcl\nbake docker-bake.override.hcl\ndockerfile own\ndockerfile web/child.docker\ndockerfile web/image\n",
		},
		{
			name: "named by others",
			tree: "-- compose.yaml --\nservices:\n  a:\n    build: {context: app, dockerfile: ../build/web}\n  b:\n    build: {dockerfile: ../../outside}\n  c:\n    build: .\n-- build/web --\n" +
				"-- .devcontainer/devcontainer.json --\n{ // comment\n  \"build\": {\"dockerfile\": \"dev\", \"context\": \"..\"},\n}\n-- .devcontainer/dev --\n" +
				"-- docker-bake.json --\n{\"target\": {\"x\": {\"context\": \"app\", \"dockerfile\": \"image\"}}}\n-- app/image --\n",
			want: "dockerfile .devcontainer/dev\ndockerfile app/image\ndockerfile build/web\ncompose compose.yaml\nbake docker-bake.json\n",
		},
		{
			name:  "a named file counts whatever its name",
			tree:  "-- .gitignore --\n*\n-- x.md --\n-- y/Dockerfile --\n",
			paths: []string{"x.md"},
			want:  "dockerfile x.md\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := discover.Find(tree(t, tt.tree), tt.paths, tt.opts)
			if err != nil && !errors.Is(err, discover.ErrNothing) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, render(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	root := tree(t, "-- a/notes --\n-- b/Dockerfile --\n")
	if _, err := discover.Find(root, []string{"missing"}, discover.Options{}); !errors.Is(err, discover.ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	if _, err := discover.Find(root, []string{"b", "a"}, discover.Options{}); !errors.Is(err, discover.ErrNothing) || !strings.HasSuffix(err.Error(), "at a") {
		t.Errorf("nothing: %v", err)
	}
	if _, err := discover.Find(root, []string{"../x"}, discover.Options{}); err == nil {
		t.Error("a path out of the root was taken")
	}
}

// TestIgnoresAsGitDoes compares with git itself.
func TestIgnoresAsGitDoes(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: what .gitignore means was not compared with it")
	}
	root := tree(t, "-- .gitignore --\na/**/skip\n/top\n*.old\n!important.old\ndir/\n\\#x\nspace\\ \n[ab].dockerfile\n-- sub/.gitignore --\n!*.old\nlocal\n"+
		"-- a/b/skip/Dockerfile --\n-- a/skip/Dockerfile --\n-- top/Dockerfile --\n-- x/top/Dockerfile --\n-- old/a.dockerfile --\n-- c.dockerfile --\n-- dir/Dockerfile --\n-- x/dir/Dockerfile --\n"+
		"-- sub/local/Dockerfile --\n-- sub/x/local/Dockerfile --\n-- local/Dockerfile --\n-- sub/Dockerfile --\n")
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", root.Dir()}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	git("init", "-q")
	want := map[string]bool{}
	for _, name := range strings.Fields(git("ls-files", "--others", "--exclude-standard")) {
		if strings.Contains(strings.ToLower(name), "dockerfile") {
			want[name] = true
		}
	}
	got, err := discover.Find(root, nil, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range got.Files {
		found[f.Path] = true
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-git +dockmend\n%s", diff)
	}
}

// FuzzGivers reads what strangers write: it must neither crash nor name a file
// outside of the root.
func FuzzGivers(f *testing.F) {
	f.Add("services: {a: {build: {dockerfile: x}}}")
	f.Add("{\"build\": {\"dockerfile\": \"../../x\"}} // c")
	f.Add("services: &a {a: *a}")
	f.Add("include: [x.yml, {path: [../y.yml]}]\nservices: {a: {extends: {file: x.yaml}}}")
	f.Add("variable \"A\" { default = \"x\" }\ntarget \"t\" { dockerfile = \"${A}/y\" }")
	f.Fuzz(func(t *testing.T, content string) {
		dir := t.TempDir()
		for _, name := range []string{"compose.yaml", "devcontainer.json", "docker-bake.json", "docker-bake.hcl"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		root, err := files.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = root.Close() }()
		got, err := discover.Find(root, nil, discover.Options{})
		if err != nil && !errors.Is(err, discover.ErrNothing) {
			t.Fatal(err)
		}
		for _, x := range got.Files {
			if !filepath.IsLocal(x.Path) {
				t.Errorf("found %q", x.Path)
			}
		}
	})
}

// TestTracked: what git tracks is found, whatever hides it elsewhere.
func TestTracked(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: files that it tracks were not tested")
	}
	root := tree(t, "-- .gitignore --\nDockerfile\nbuild/\n*.yaml\n-- Dockerfile --\n-- build/deep/Dockerfile --\n-- build/deep/Dockerfile.new --\n-- build/other/Dockerfile --\n"+
		"-- env/pyvenv.cfg --\n-- env/bin/x --\n-- env/lib/x --\n-- env/Dockerfile.x --\n-- venv/pyvenv.cfg --\n-- venv/Dockerfile.x --\n-- vendor/Dockerfile.x --\n"+
		"-- node_modules/Dockerfile.x --\n-- compose.yaml --\nservices: {a: {build: {dockerfile: named}}}\n-- named --\n-- Dockerfile.new --\n")
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-f", "Dockerfile", "build/deep/Dockerfile", "env/Dockerfile.x", "vendor", "compose.yaml"},
		{"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x"},
	} {
		if out, err := exec.Command("git", append([]string{"-C", root.Dir()}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	const want = "dockerfile Dockerfile\ndockerfile Dockerfile.new\ndockerfile build/deep/Dockerfile\ncompose compose.yaml\ndockerfile env/Dockerfile.x\ndockerfile named\n" +
		"skip .git: version control\nskip build/deep/Dockerfile.new: ignored by git\nskip build/other: ignored by git\n" +
		"skip node_modules: dependencies\nskip vendor: dependencies\nskip venv: virtual environment\n"
	for _, state := range []string{"index", "commit alone"} {
		got, err := discover.Find(root, nil, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, render(got)); diff != "" {
			t.Errorf("%s: -want +got\n%s", state, diff)
		}
		for _, x := range got.Skipped { // git tracks nothing of node_modules, so that nothing is hidden there
			if hides := x.Kind != ""; hides != (x.Path != ".git" && x.Path != "node_modules") {
				t.Errorf("%s counts: %v", x.Path, hides)
			}
		}
		if err := os.Rename(filepath.Join(root.Dir(), ".git/index"), filepath.Join(root.Dir(), ".git/index.old")); err != nil && state == "index" {
			t.Fatal(err)
		}
	}
}

// TestHiddenManifests: comments hide nothing, and what marks of templates do is counted.
func TestHiddenManifests(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\n"
	root := tree(t, "-- mark.yaml --\n# {{ }}\n"+pod+"-- long.yaml --\n# "+strings.Repeat("x", 20_000)+"\n"+pod+"-- many.yaml --\n"+strings.Repeat("# x\n\n", 20_000)+pod+
		"-- bom.yaml --\n\ufeff# {{\n"+pod+"-- chart.yaml --\n"+pod+"x: {{ .y }}\n-- other.yaml --\nx: {{ .y }}\n")
	got, err := discover.Find(root, nil, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "kubernetes bom.yaml\nkubernetes long.yaml\nkubernetes many.yaml\nkubernetes mark.yaml\nskip chart.yaml: a template, by its text\n"
	if diff := cmp.Diff(want, render(got)); diff != "" || got.Skipped[0].Kind != "template" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestManifestsInOtherShapes holds that a manifest is one however its YAML is laid out.
func TestManifestsInOtherShapes(t *testing.T) {
	root := tree(t, "-- colon.yaml --\napiVersion : v1\nkind : Pod\n"+
		"-- flow.yaml --\n{apiVersion: v1, kind: Pod}\n"+
		"-- indented.yaml --\n  apiVersion: v1\n  kind: Pod\n"+
		"-- json.yaml --\n{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\"\n}\n"+
		"-- late.yaml --\nmetadata:\n"+strings.Repeat("  a: bcdefg\n", 2000)+"apiVersion: v1\nkind: Pod\n"+
		"-- none.yaml --\nspec:\n  apiVersion: v1\n  kind: Pod\n"+
		"-- second.yaml --\n---\nname: values\n---\napiVersion: v1\nkind: Pod\n"+
		"-- text.yaml --\napiVersion: v1\nkind: Pod\ndata:\n  a: |\n"+strings.Repeat("    bcdefg\n", 2000)+"    {{ b }}\n")
	got, err := discover.Find(root, nil, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "kubernetes colon.yaml\nkubernetes flow.yaml\nkubernetes indented.yaml\nkubernetes json.yaml\n" +
		"kubernetes late.yaml\nkubernetes second.yaml\nkubernetes text.yaml\n"
	if diff := cmp.Diff(want, render(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
