package depcheck

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestRulesAreLeaves: what several rules need stands in a file that is named for its topic,
// so that a rule can be read, changed and removed by itself.
func TestRulesAreLeaves(t *testing.T) {
	fset, packages := token.NewFileSet(), map[string][]*ast.File{}
	for _, f := range goFiles(t) {
		// The generated list names every rule.
		if f.Test || f.Generated || path.Dir(f.Dir) != "internal/rules" {
			continue
		}
		syntax, err := parser.ParseFile(fset, f.Name, read(t, f.Name), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		packages[f.Dir] = append(packages[f.Dir], syntax)
	}
	leaves := 0
	for dir, files := range packages {
		for _, f := range files {
			if declaresRule(f) {
				leaves++
			}
		}
		for _, named := range namedElsewhere(fset, dir, files) {
			t.Errorf("%s: %s: move it to a file that declares no rule", dir, named)
		}
	}
	if leaves < 400 {
		t.Errorf("%d files declare a rule: the test does not see them all", leaves)
	}
}

func TestNamedElsewhere(t *testing.T) {
	fset := token.NewFileSet()
	var files []*ast.File
	for name, src := range map[string]string{
		"a.go":      "package p; import \"lint\"; var A = lint.Rule[int]{Check: check}; func check() { own() }; func own() {}; func lent() {}",
		"b.go":      "package p; import \"lint\"; var B = lint.Rule[int]{Check: lent}",
		"shared.go": "package p; func shared() { lent() }",
	} {
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	want := []string{"b.go names lent of a.go", "shared.go names lent of a.go"}
	if got := namedElsewhere(fset, "p", files); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// namedElsewhere are the identifiers that a file with a rule declares and another file of
// the package uses. Types of other packages are unknown here, and not needed for it.
func namedElsewhere(fset *token.FileSet, dir string, files []*ast.File) []string {
	rule := map[string]bool{}
	for _, f := range files {
		rule[fset.Position(f.Pos()).Filename] = declaresRule(f)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked := types.Config{Error: func(error) {}, Importer: noImports{}}
	pkg, _ := checked.Check(dir, fset, files, &info)
	var found []string
	for id, o := range info.Uses {
		if o.Parent() != pkg.Scope() {
			continue
		}
		at, declared := fset.Position(id.Pos()).Filename, fset.Position(o.Pos()).Filename
		if at != declared && rule[declared] {
			found = append(found, path.Base(at)+" names "+o.Name()+" of "+path.Base(declared))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// declaresRule reports whether a file declares an exported variable of a type Rule[...].
func declaresRule(f *ast.File) bool {
	for _, d := range f.Decls {
		g, _ := d.(*ast.GenDecl)
		if g == nil || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if v.Names[0].IsExported() && len(v.Values) == 1 && isRule(v.Values[0]) {
				return true
			}
		}
	}
	return false
}

func isRule(e ast.Expr) bool {
	literal, _ := e.(*ast.CompositeLit)
	if literal == nil {
		return false
	}
	name := types.ExprString(literal.Type)
	return strings.HasPrefix(name, "Rule[") || strings.Contains(name, ".Rule[")
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
