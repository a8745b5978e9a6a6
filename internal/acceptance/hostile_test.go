package acceptance

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
)

// escapes are the ways out of the root: by "..", absolute, by a linked folder
// and a linked file, by an address, with a NUL byte. %s is what they lead to.
var escapes = []string{"../outside/%s", "/etc/%s", "linked/%s", "link-%s", "https://example.com/%s", "./%s\\0", "a/../../outside/%s"}

// canary is what stands in the files outside.
const canary = "canary\n"

// escaping has every key that names a file or a folder, for each way out.
func escaping() map[string]string {
	files := map[string]string{"Dockerfile": "FROM alpine:3.22\nCOPY ../outside/canary linked/canary link-canary /etc/canary /x/\n", ".dockerignore": "../outside/**\n/etc/**\n!linked/canary\n"}
	for i, way := range escapes {
		to := func(name string) string {
			return fmt.Sprintf("%q", fmt.Sprintf(strings.ReplaceAll(way, `\0`, "\x00"), name))
		}
		folder := fmt.Sprintf("p%d", i)
		files[folder+"/compose.yaml"] = fmt.Sprintf(`services:
  a:
    extends: {file: %[1]s, service: canary}
  b:
    image: nginx:1.29
    env_file: [%[2]s]
    label_file: %[2]s
    volumes: ["%[4]s:/x"]
  c:
    build: {context: ., dockerfile: %[3]s, additional_contexts: {x: %[5]s}}
  d:
    build: {context: %[5]s}
    develop: {watch: [{action: sync, path: %[5]s, target: /app}]}
secrets:
  s: {file: %[2]s}
configs:
  c: {file: %[2]s}
`, to("compose.yaml"), to("canary.env"), to("Dockerfile"), strings.Trim(to("canary"), `"`), to(""))
		files[folder+"/include.compose.yaml"] = fmt.Sprintf("include: [%s, {path: %[1]s, env_file: %s, project_directory: %s}]\n", to("compose.yaml"), to("canary.env"), to(""))
	}
	return files
}

// recorder is a gate that notes what was read through it and the others that it
// leads to.
type recorder struct {
	lint.Context
	dir string
	log *reads
}

type reads struct {
	sync.Mutex
	refused int
	opened  []string
	canary  []string
}

func (r recorder) note(name string, content string, err error) {
	r.log.Lock()
	defer r.log.Unlock()
	if err != nil {
		r.log.refused++
		return
	}
	at := path.Join(r.dir, strings.TrimLeft(name, "/"))
	r.log.opened = append(r.log.opened, at)
	if content == canary {
		r.log.canary = append(r.log.canary, at)
	}
}

func (r recorder) ReadFile(name string) ([]byte, error) {
	src, err := r.Context.ReadFile(name)
	r.note(name, string(src), err)
	return src, err
}

func (r recorder) Source(name string) (*lint.Source, error) {
	src, err := r.Context.Source(name)
	r.noteSource(name, src, err)
	return src, err
}

func (r recorder) Shared(name string, key any, derive func(*lint.Source) any) (any, *lint.Source, error) {
	made, src, err := r.Context.Shared(name, key, derive)
	r.noteSource(name, src, err)
	return made, src, err
}

func (r recorder) noteSource(name string, src *lint.Source, err error) {
	content := ""
	if src != nil {
		content = string(src.Bytes)
	}
	r.note(name, content, err)
}

func (r recorder) List(name string) ([]string, error) {
	names, err := r.Context.List(name)
	r.note(name, "", err)
	return names, err
}

func (r recorder) In(folder, dockerfile string) (lint.Context, error) {
	gate, err := r.Context.In(folder, dockerfile)
	if err != nil {
		r.note(folder, "", err)
		return nil, err
	}
	return recorder{gate, path.Join(r.dir, folder), r.log}, nil
}

// TestNothingOutsideIsRead: whatever a file names, what lies outside of the root
// is neither read nor listed, by rules, fixes and proofs.
func TestNothingOutsideIsRead(t *testing.T) {
	top := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		at := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range escaping() {
		write("root/"+name, content)
	}
	for _, name := range []string{"canary", "canary.env", "Dockerfile", "compose.yaml"} {
		write("outside/"+name, canary)
		for _, folder := range []string{".", "p2", "p3"} {
			if err := os.Symlink(filepath.Join(top, "outside", name), filepath.Join(top, "root", folder, "link-"+name)); err != nil {
				t.Skip("SKIPPED: no symbolic links here: ", err)
			}
		}
	}
	for _, folder := range []string{".", "p2"} {
		if err := os.Symlink(filepath.Join(top, "outside"), filepath.Join(top, "root", folder, "linked")); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(top, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"recommended", "cloud-native", "hardening", "strict"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	fixer := &engine.Fixer{Checker: checker, Unsafe: true}
	store := project.New(project.Disk(root), nil)
	log := &reads{}
	var files []engine.File
	for name, content := range escaping() {
		f := engine.File{
			Path: name, Target: discover.Classify(name), Policy: set.For(name),
			Context: recorder{buildcontext.New(store, name), path.Dir(name), log},
			Open:    func() (io.ReadCloser, error) { return root.Open(name) },
		}
		files = append(files, f)
		fixer.Fix(t.Context(), f, []byte(content))
	}
	result := engine.Run(t.Context(), checker, files, 1)
	for _, p := range result.Problems {
		t.Errorf("%s: %s", p.File, p.Message)
	}
	slices.Sort(log.opened)
	for _, at := range slices.Compact(log.opened) {
		if at == ".." || strings.HasPrefix(at, "../") || strings.Contains(at, "link") {
			t.Errorf("%s was opened", at)
		}
	}
	if len(log.canary) > 0 {
		t.Errorf("what stands outside was read, at %v", log.canary)
	}
	if log.refused == 0 || len(log.opened) == 0 {
		t.Errorf("%d reads and %d refusals: the gate was not asked", len(log.opened), log.refused)
	}
	t.Logf("%d files, %d reads inside of the root, %d refused", len(files), len(log.opened), log.refused)
}
