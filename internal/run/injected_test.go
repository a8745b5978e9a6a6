package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
)

// TestInjectedIntoEachLibrary makes each step that calls a library crash on one file, and
// come to no end: the files that are finished are reported, the other one is named with
// the step, and the run counts as not completed.
func TestInjectedIntoEachLibrary(t *testing.T) {
	for _, tt := range []struct {
		library, file string
		step          engine.Step
		args          Options
	}{
		{"BuildKit's parser", "Dockerfile", engine.StepParse, Options{}},
		{"BuildKit's compiler, to see what it refuses", "Dockerfile", "rule build-refused", Options{}},
		{"BuildKit's compiler, to prove fixes", "Dockerfile", engine.StepProve, Options{Prove: true}},
		{"the shell's parser", "Dockerfile", engine.StepFaults, Options{}},
		{"the shell's parser, in a workflow", ".github/workflows/w.yml", engine.StepFaults, Options{}},
		{"the reader of YAML", "compose.yaml", engine.StepParse, Options{}},
		{"Compose's loader", "compose.yaml", "rule compose-refused", Options{}},
		{"BuildKit's parser, for a Dockerfile in a compose file", "compose.yaml", engine.StepInline, Options{}},
		{"the reader of HCL", "docker-bake.hcl", engine.StepParse, Options{}},
		{"moby's matcher", ".dockerignore", "rule dockerignore-duplicate-pattern", Options{}},
		{"none: the rules of a manifest", "pod.yaml", engine.StepRules, Options{}},
		{"none: the order of the findings", "Dockerfile", engine.StepFinish, Options{}},
	} {
		t.Run(tt.library, func(t *testing.T) {
			w := injected(t, tt.args)
			w.checker.Hook = func(path string, step engine.Step) {
				if path == tt.file && step == tt.step {
					panic("told to")
				}
			}
			r := w.Check(t.Context())
			reported(t, w, r, tt.file, string(tt.step)+" crashed: told to", true)

			w = injected(t, tt.args)
			never := make(chan struct{})
			t.Cleanup(func() { close(never) })
			w.checker.Hook = func(path string, step engine.Step) {
				if path == tt.file && step == tt.step {
					w.watch.Fire("a test said so")
					<-never
				}
			}
			r = w.Check(t.Context())
			reported(t, w, r, tt.file, "not finished: "+string(tt.step)+" did not come to an end, and a test said so", false)
		})
	}
}

// repository has a file of each kind, each with findings.
func repository() map[string]string {
	return map[string]string{
		".dockerignore":           "a\na\n.git\n",
		".github/workflows/w.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: docker/login-action@v3\n    - run: docker login -p x\n",
		"Dockerfile":              "from debian\nRUN apt-get install x\nCMD a b\n",
		"compose.yaml":            "services:\n  a:\n    privileged: true\n    build:\n      dockerfile_inline: |\n        FROM debian\n        RUN apt-get install x\n",
		"docker-bake.hcl":         "target \"a\" {\n  dockerfile-inline = <<E\nFROM debian\nRUN apt-get install x\nE\n}\n",
		"pod.yaml":                "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: a, securityContext: {privileged: true}}\n",
	}
}

// injected is a run over the repository, by all rules, one file after the other.
func injected(t *testing.T, options Options) *Workspace {
	t.Helper()
	dir := t.TempDir()
	for name, content := range repository() {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	options.Jobs, options.ShellCheck, options.Rules = 1, "off", config.Flags{Presets: []string{"strict"}}
	env := &Env{Stdin: strings.NewReader(""), Getenv: func(string) string { return "" }, Dir: dir}
	w, err := OpenOne(t.Context(), env, &options, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// reported holds what is said of a run in which one file was not finished. all is set where
// the run went on after it.
func reported(t *testing.T, w *Workspace, r *lint.Result, file, problem string, all bool) {
	t.Helper()
	if Judge(r, w.Rules) != NotCompleted {
		t.Errorf("%q: the run counts as completed", problem)
	}
	writer, err := report.New("json", report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteReport(&out, writer, r); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Complete bool
		Findings []struct{ File string }
		Problems []struct{ File, Message string }
	}
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	if len(said.Problems) == 0 || said.Problems[0].File != file || !strings.HasPrefix(said.Problems[0].Message, problem) {
		t.Errorf("problems %v, want one of %s: %s", said.Problems, file, problem)
	}
	if all && len(said.Problems) > 1 {
		t.Errorf("problems of other files: %v", said.Problems[1:])
	}
	found := map[string]int{}
	for _, f := range said.Findings {
		found[f.File]++
	}
	clean := map[string]int{}
	for _, d := range injected(t, Options{}).Check(t.Context()).Diagnostics {
		clean[d.Source.Path]++
	}
	for name := range repository() {
		switch finished := all || name < file; {
		case name == file:
		case clean[name] == 0:
			t.Errorf("%s has no finding that could be missing", name)
		case finished && found[name] != clean[name]:
			t.Errorf("%s has %d findings, want %d", name, found[name], clean[name])
		}
	}
}
