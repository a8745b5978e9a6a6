package depcheck

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const maxLines = 600

func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if generated := f.Generated && strings.HasPrefix(path.Base(f.Name), "zz_"); !generated && f.Lines > maxLines {
			t.Errorf("%s has %d lines, the limit is %d: split it by what it does", f.Name, f.Lines, maxLines)
		}
	}
}

// The command line is flags, streams and exit codes; what a run does is in internal/run.
func TestCommandLineIsThin(t *testing.T) {
	const most = 1500
	lines := 0
	for _, f := range goFiles(t) {
		if f.Dir == "internal/cli" && !f.Test {
			lines += f.Lines
		}
	}
	if lines == 0 || lines > most {
		t.Errorf("internal/cli has %d lines, the limit is %d: what is no flag, stream or exit code belongs elsewhere", lines, most)
	}
}

func TestNoInit(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init runs by import order and cannot be tested: make it a function that somebody calls", f.Name)
			}
		}
	}
}

// machinePath matches absolute paths that mean something on one machine only.
// Its words are written in brackets so that this line does not match itself.
var machinePath = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:])(/[w]ork/|/[r]oot/go/|/[U]sers/|/[t]mp/corpus|[A-Z]:\\[U]sers\\)`)

func TestNoMachinePaths(t *testing.T) {
	walk(t, func(name string) {
		// A fixture holds other people's Dockerfiles, which may use any path.
		if inTestdata(name) {
			return
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			if m := machinePath.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is a path of one machine", name, i+1, strings.TrimSpace(m))
			}
		}
	})
}

func TestMachinePathPattern(t *testing.T) {
	tests := []struct {
		line string
		want bool
	}{
		{"see " + "/wo" + "rk/main", true},
		{`"` + "/ro" + `ot/go/pkg/mod"`, true},
		{"/home/runner/wo" + "rk/repo", false},
		{"RUN --mount=type=cache,target=/root/.cache/uv", false},
		{"frame/wo" + "rk/shop", false},
	}
	for _, tt := range tests {
		if got := machinePath.MatchString(tt.line); got != tt.want {
			t.Errorf("machinePath.MatchString(%q) = %v, want %v", tt.line, got, tt.want)
		}
	}
}

// TestDependenciesAreExplained holds docs/architecture.md to the imports and to
// go.mod: each module that a file of ours imports has its row with the reason
// and the licence, and no row outlives its requirement.
func TestDependenciesAreExplained(t *testing.T) {
	required := requirements(t)
	rows := map[string]bool{}
	row := regexp.MustCompile("(?m)^\\| `([a-z.]+\\.[a-z]+/[^` ]+)` \\| .+ \\| .+ \\|$")
	for _, m := range row.FindAllStringSubmatch(read(t, "docs/architecture.md"), -1) {
		rows[m[1]] = true
		if !slices.Contains(required, m[1]) {
			t.Errorf("docs/architecture.md explains %s, which go.mod does not require", m[1])
		}
	}
	for _, f := range goFiles(t) {
		for _, p := range f.imports(t) {
			if module := moduleOf(p, required); module != "" && !rows[module] {
				t.Errorf("%s: imports %s, but docs/architecture.md has no row for %s: say why it is needed and under which licence", f.Name, p, module)
			}
		}
	}
}

// requirements lists the modules that go.mod requires.
func requirements(t *testing.T) []string {
	t.Helper()
	var modules []string
	for line := range strings.Lines(read(t, "go.mod")) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && strings.HasPrefix(fields[1], "v") {
			modules = append(modules, fields[0])
		}
	}
	if len(modules) == 0 {
		t.Fatal("no requirement found in go.mod")
	}
	return modules
}

// moduleOf returns the module that an import path belongs to, or "" for the
// standard library and for our own packages.
func moduleOf(importPath string, modules []string) string {
	found := ""
	for _, m := range modules {
		if len(m) > len(found) && coveredBy(importPath, []string{m}) {
			found = m
		}
	}
	return found
}
