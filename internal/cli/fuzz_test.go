package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/report"
)

// Bounds on what a run on one small file may allocate in bytes, in all: so much
// for any file, and so much for each of its bytes.
const (
	allocatedAtAll   = 96 << 20
	allocatedPerByte = 32 << 10
)

// kindsOfFiles are the names by which files are linted, with the kind of their
// seeds.
var kindsOfFiles = [...]struct{ kind, name string }{
	{"dockerfile", "Dockerfile"}, {"compose", "compose.yaml"}, {"ignorefile", ".dockerignore"}, {"kubernetes", "deploy.yaml"},
	{"workflow", ".github/workflows/a.yml"},
}

// FuzzRun runs the whole program on a file of any kind: it ends without a problem,
// its JSON is as the schema says, the same bytes come out twice, and memory is
// bounded.
func FuzzRun(f *testing.F) {
	for i, x := range kindsOfFiles {
		for n, text := range fuzzseed.Texts(f, x.kind) {
			if n%4 == 0 { // a run costs more than what other targets try
				f.Add(uint8(i), []byte(text), uint64(0))
			}
		}
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		f.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", schema); err != nil {
		f.Fatal(err)
	}
	compiled, err := compiler.Compile("report.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind uint8, src []byte, seed uint64) {
		if len(src) > 64<<10 {
			return
		}
		x := kindsOfFiles[int(kind)%len(kindsOfFiles)]
		src = []byte(fuzzseed.Splice(x.kind, string(src), seed))
		dir := t.TempDir()
		for name, content := range map[string][]byte{"Dockerfile": []byte("FROM alpine:3.20\nCOPY . /app\n"), x.name: src} {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		first := lintJSON(t, dir)
		runtime.ReadMemStats(&after)
		if spent, most := after.TotalAlloc-before.TotalAlloc, uint64(allocatedAtAll+allocatedPerByte*len(src)); spent > most {
			t.Errorf("%d bytes allocated for %d bytes of %s, more than %d:\n%q", spent, len(src), x.name, most, src)
		}
		if again := lintJSON(t, dir); again != first {
			t.Errorf("another report the second time:\n%s\n%s", first, again)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(first))
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if err := compiled.Validate(document); err != nil {
			t.Error(err)
		}
	})
}

// lintJSON is the report on a folder by all rules.
func lintJSON(t *testing.T, dir string) string {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, Dir: dir}
	args := []string{"dockmend", "lint", "--preset", "strict", "--shellcheck", "off", "--fail-on", "never", "--jobs", "1", "-o", "json"}
	if code := Main(t.Context(), args, env); code != exitClean {
		t.Fatalf("exit code %d: %s\n%s", code, errs.String(), out.String())
	}
	return out.String()
}
