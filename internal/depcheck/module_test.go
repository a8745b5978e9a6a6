// Package depcheck holds the module to its own rules: who may import whom, and
// the house rules that a machine can check. It has tests only.
package depcheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/dockmend/dockmend"

// moduleRoot is the folder of go.mod, seen from this package.
const moduleRoot = "../.."

// goFile is one Go file of the module; Dir and Name have slashes and are
// relative to the module's root.
type goFile struct {
	Dir, Name string
	Lines     int
	Generated bool
	Test      bool
	Syntax    *ast.File
}

// imports lists the file's import paths.
func (f goFile) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.Syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatalf("%s: import %s: %v", f.Name, spec.Path.Value, err)
		}
		paths = append(paths, p)
	}
	return paths
}

// goFiles parses every Go file of the module, those in testdata left out.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	fset := token.NewFileSet()
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") || inTestdata(name) {
			return
		}
		src := read(t, name)
		syntax, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, goFile{
			Dir:       path.Dir(name),
			Name:      name,
			Lines:     strings.Count(src, "\n"),
			Generated: ast.IsGenerated(syntax),
			Test:      strings.HasSuffix(name, "_test.go"),
			Syntax:    syntax,
		})
	})
	if len(files) == 0 {
		t.Fatal("no Go file found below " + moduleRoot)
	}
	return files
}

// walk calls visit with each file of the module; the folders that hold no
// sources of ours (.git, build output) are left out.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(moduleRoot), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == ".git" || name == "bin" || name == "dist" || name == "tools/apk"): // a module of its own
			return fs.SkipDir
		case d.Type().IsRegular() && name != ".git": // a file in a linked work tree
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(moduleRoot, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func inTestdata(name string) bool {
	return strings.HasPrefix(name, "testdata/") || strings.Contains(name, "/testdata/")
}
