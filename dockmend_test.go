package dockmend_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend"
)

func ExampleRun() {
	files := fstest.MapFS{
		"Dockerfile": {Data: []byte("FROM debian:latest\nCMD sleep 5\n")},
	}
	report, err := dockmend.Run(context.Background(), dockmend.Options{FS: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Printf("%s:%d:%d: %s: %s\n", f.File, f.Line, f.Column, f.Severity, f.Rule)
	}
	// Output:
	// Dockerfile:1:6: warning: latest-tag
	// Dockerfile:2:5: warning: shell-form-command
}

func ExampleRun_folder() {
	report, err := dockmend.Run(context.Background(), dockmend.Options{Dir: "testdata/example", Paths: []string{"Dockerfile"}, Select: []string{"DL3025"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Println(f.Rule, f.Aliases[0])
	}
	// Output:
	// shell-form-command DL3025
}

func ExampleFix() {
	files := fstest.MapFS{
		"Dockerfile": {Data: []byte("FROM debian:12\nCMD sleep 5\n")},
	}
	report, err := dockmend.Fix(context.Background(), dockmend.Options{FS: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range report.Changes {
		fmt.Printf("%s\n%s", c.Applied[0], c.After)
	}
	// Output:
	// shell-form-command: rewrite as a JSON array (same build steps, and only the image's configuration changes)
	// FROM debian:12
	// CMD ["sleep", "5"]
}

// TestFolderAndFS: both find the same, with the configuration and the neighbours.
func TestFolderAndFS(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Dockerfile": "FROM debian:latest\nCOPY app.txt secret.txt /srv/\nCMD sleep 5\n", ".dockerignore": "*.txt\n", "app.txt": "", ".git/HEAD": "ref: refs/heads/main\n",
		".dockmend.yaml": "rules: {latest-tag: off}\n", "deploy/compose.yaml": "services: {a: {image: redis, privileged: true}}\n",
	} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := dockmend.Run(t.Context(), dockmend.Options{Dir: dir, AsOf: "2026-11-30", Prove: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := dockmend.Run(t.Context(), dockmend.Options{FS: os.DirFS(dir), AsOf: "2026-11-30", Prove: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(folder, files); diff != "" {
		t.Errorf("folder and file system differ (-folder +fs):\n%s", diff)
	}
	rules := map[string]dockmend.Finding{}
	for _, f := range folder.Findings {
		rules[f.Rule] = f
	}
	if _, ok := rules["latest-tag"]; ok {
		t.Error("the configuration does not count")
	}
	if _, ok := rules["copy-ignored-file"]; !ok {
		t.Error("the neighbours do not count")
	}
	if f := rules["shell-form-command"]; len(f.Fixes) == 0 || f.Fixes[0].Effect == "" || f.Severity != dockmend.Warning {
		t.Errorf("a finding with a proof: %+v", f)
	}
}

// TestRefused: what cannot be linted is an error.
func TestRefused(t *testing.T) {
	files := fstest.MapFS{".dockmend.yaml": {Data: []byte("rulez: {}\n")}}
	for name, o := range map[string]dockmend.Options{
		"a configuration with a mistake": {FS: files}, "both": {FS: files, Dir: "."}, "no such path": {Dir: t.TempDir(), Paths: []string{"gone"}},
		"no such path in a file system": {FS: fstest.MapFS{}, Paths: []string{"gone"}}, "no such rule": {FS: fstest.MapFS{}, Select: []string{"no-such-rule"}},
		"out of the file system": {FS: fstest.MapFS{}, Paths: []string{"../x"}}, "standard input": {Paths: []string{"-"}},
	} {
		if report, err := dockmend.Run(t.Context(), o); err == nil {
			t.Errorf("%s: %+v", name, report)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dockmend.Fix(ctx, dockmend.Options{FS: fstest.MapFS{"Dockerfile": {Data: []byte("FROM a\n")}}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
}
