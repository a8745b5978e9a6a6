package depcheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// opening are the functions of package os by which a file is opened, made, changed or
// removed, or by which a path is followed.
var opening = []string{
	"Open", "OpenFile", "OpenRoot", "OpenInRoot", "ReadFile", "ReadDir", "DirFS", "CopyFS",
	"Create", "CreateTemp", "WriteFile", "Rename", "Remove", "RemoveAll", "Mkdir", "MkdirAll", "MkdirTemp", "Truncate", "Link", "Symlink",
	"Chmod", "Chown", "Lchown", "Chtimes", "Stat", "Lstat", "Readlink", "NewFile",
}

// openers may use them: the one package for files, and what no user runs.
func openers(t *testing.T) []string {
	t.Helper()
	all := []string{"internal/files"}
	for name, r := range rooms(t) {
		if r.outside {
			all = append(all, name)
		}
	}
	return all
}

// excused are uses outside of openers, each with its reason.
var excused = map[string]string{
	"internal/git: Stat": "whether the folder that a file .git names is this work tree's; nothing is opened",
}

// TestFilesAreOpenedInOnePlace: a path of a repository reaches no call that follows
// links, waits for pipes or reads without a bound.
func TestFilesAreOpenedInOnePlace(t *testing.T) {
	used, own := map[string]bool{}, openers(t)
	for _, f := range goFiles(t) {
		if f.Test || coveredBy(f.Dir, own) {
			continue
		}
		for _, call := range filesOpened(f.Syntax) {
			key := f.Dir + ": " + call
			if excused[key] == "" {
				t.Errorf("%s: os.%s: files are opened by internal/files alone", f.Name, call)
			}
			used[key] = true
		}
	}
	for key := range excused {
		if !used[key] {
			t.Errorf("%s is excused and not there", key)
		}
	}
}

// filesOpened are the uses of package os, io/ioutil and path/filepath by which a file
// gets opened or a path followed, calls or not.
func filesOpened(file *ast.File) []string {
	names := map[string]string{} // of packages, as this file has them
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := p[strings.LastIndexByte(p, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		x, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := x.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch p := names[id.Name]; {
		case p == "os" && slices.Contains(opening, x.Sel.Name),
			p == "io/ioutil",
			p == "path/filepath" && slices.Contains([]string{"EvalSymlinks", "Walk", "WalkDir", "Glob"}, x.Sel.Name),
			p == "syscall" && slices.Contains([]string{"Open", "Openat", "Mknod", "Mkfifo"}, x.Sel.Name):
			found = append(found, x.Sel.Name)
		}
		return true
	})
	return found
}

func TestFilesOpened(t *testing.T) {
	for src, want := range map[string]string{
		`import "os"; func f() { os.WriteFile("x", nil, 0) }`:            "WriteFile",
		`import o "os"; var f = o.Open`:                                  "Open",
		`import "os"; func f() { os.Getenv("x"); os.Stdout.Write(nil) }`: "",
		`import "path/filepath"; var f = filepath.Glob`:                  "Glob",
		`import "example.org/os2"; var f = os2.Open`:                     "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package p; "+src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(filesOpened(file), " "); got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}
