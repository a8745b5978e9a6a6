package depcheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestImageNamesAreData: what is known of images by their names is data of
// internal/images. No rule and no fact compares the name of an image with a text of its
// own, looks it up in a table of its own or has the name of a repository as a text. Names
// in doc comments, messages and the documented settings of rules are no comparisons; the
// name of the empty image is a word of the language.
func TestImageNamesAreData(t *testing.T) {
	checker := newNameChecker(t)
	repositories := tabledRepositories(t)
	for _, f := range goFiles(t) {
		if f.Test || !coveredBy(f.Dir, []string{"internal/facts", "internal/rules"}) {
			continue
		}
		for _, literal := range literalsOf(f.Syntax) {
			if repositories[literal] {
				t.Errorf("%s: %q is the name of an image: ask internal/images", f.Name, literal)
			}
		}
	}
	for _, dir := range []string{"internal/facts", "internal/rules/dockerfile", "internal/rules/compose", "internal/rules/kubernetes", "internal/rules/workflow"} {
		for _, found := range checker.comparisons(dir) {
			t.Errorf("%s: ask internal/images what is known of the image", found)
		}
	}
}

// TestImageNameChecker: what the test above must find and must not.
func TestImageNameChecker(t *testing.T) {
	const head = `package facts
import ("path"; "slices"; "strings")
type Image struct { Repository, Tag string }
func (i Image) Name() string { return i.Repository }
var tabled = map[string]bool{"python": true}
`
	for body, want := range map[string]int{
		`func f(i Image) bool { return i.Name() == "python" }`:                                                                                           1,
		`func f(i Image) bool { name := i.Name(); switch name { case "python", "node": return true }; return false }`:                                    1,
		`func f(i Image) bool { return tabled[i.Name()] }`:                                                                                               1,
		`func f(i Image) bool { return strings.HasPrefix(i.Repository, "bitnami/") }`:                                                                    1,
		`func f(i Image) bool { return slices.Contains([]string{"python"}, path.Base(i.Repository)) }`:                                                   1,
		`func f(i Image) bool { return g(i.Name()) }; func g(name string) bool { return name == "python" }`:                                              1,
		`func f(i Image) bool { return slices.ContainsFunc([]string{"a"}, func(part string) bool { return strings.Contains(i.Name(), part) }) }`:         1,
		`func f(i Image) bool { return i.Name() == "scratch" || strings.Contains(i.Name(), "/") }`:                                                       0,
		`func f(i Image, names []string) bool { return i.Tag == "latest" || slices.Contains(names, i.Name()) }`:                                          0,
		`func f(program string) bool { return program == "python" || slices.Contains([]string{"node"}, program) }`:                                       0,
		`func f(i Image, names []string) bool { return slices.ContainsFunc(names, func(part string) bool { return strings.Contains(i.Name(), part) }) }`: 0,
	} {
		c := &nameChecker{fset: token.NewFileSet(), packages: map[string]*types.Package{}}
		file, err := parser.ParseFile(c.fset, "x.go", head+body, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.check("internal/facts", []*ast.File{file}); len(got) != want {
			t.Errorf("%s: %q, want %d", body, got, want)
		}
	}
}

// nameChecker types the packages of the module from their sources; what is outside of it
// stays empty, so that types from there are not known.
type nameChecker struct {
	fset     *token.FileSet
	files    map[string][]*ast.File
	packages map[string]*types.Package
	infos    map[string]*types.Info
}

func newNameChecker(t *testing.T) *nameChecker {
	t.Helper()
	c := &nameChecker{fset: token.NewFileSet(), files: map[string][]*ast.File{}, packages: map[string]*types.Package{}, infos: map[string]*types.Info{}}
	walk(t, func(name string) {
		dir := path.Dir(name)
		isAsked := coveredBy(dir, []string{"internal/facts", "internal/rules", "internal/lint", "internal/text", "internal/syntax", "internal/images"})
		isSource := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !inTestdata(name)
		if !isAsked || !isSource || strings.HasPrefix(path.Base(name), "zz_") {
			return
		}
		file, err := parser.ParseFile(c.fset, name, read(t, name), 0)
		if err != nil {
			t.Fatal(err)
		}
		c.files[dir] = append(c.files[dir], file)
	})
	return c
}

// Import gives a package of the module by its sources, and an empty one for all others.
func (c *nameChecker) Import(importPath string) (*types.Package, error) {
	if p := c.packages[importPath]; p != nil {
		return p, nil
	}
	dir, ours := strings.CutPrefix(importPath, modulePath+"/")
	if !ours {
		p := types.NewPackage(importPath, path.Base(importPath))
		p.MarkComplete()
		c.packages[importPath] = p
		return p, nil
	}
	p, info := c.typed(dir, c.files[dir])
	c.packages[importPath], c.infos[dir] = p, info
	return p, nil
}

func (c *nameChecker) typed(dir string, files []*ast.File) (*types.Package, *types.Info) {
	info := &types.Info{
		Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Types: map[ast.Expr]types.TypeAndValue{},
	}
	config := types.Config{Importer: c, Error: func(error) {}} // the rest is not there
	p, err := config.Check(modulePath+"/"+dir, c.fset, files, info)
	if p == nil {
		panic(err)
	}
	return p, info
}

// comparisons are the places of a package where the name of an image meets a text.
func (c *nameChecker) comparisons(dir string) []string {
	if _, err := c.Import(modulePath + "/" + dir); err != nil {
		return []string{err.Error()}
	}
	return c.look(c.infos[dir], c.files[dir])
}

func (c *nameChecker) check(dir string, files []*ast.File) []string {
	_, info := c.typed(dir, files)
	return c.look(info, files)
}

func (c *nameChecker) look(info *types.Info, files []*ast.File) []string {
	n := &imageNames{info: info, objects: map[types.Object]bool{}, functions: functionsOf(info, files)}
	for before := -1; before != len(n.objects); {
		before = len(n.objects)
		for _, f := range files {
			ast.Inspect(f, n.follow)
		}
	}
	found := map[token.Pos]bool{}
	for _, f := range files {
		ast.Inspect(f, func(node ast.Node) bool {
			if node != nil && n.compares(node) {
				found[node.Pos()] = true
			}
			return true
		})
	}
	var places []string
	for _, pos := range slices.Sorted(maps.Keys(found)) {
		places = append(places, c.fset.Position(pos).String())
	}
	return places
}

func functionsOf(info *types.Info, files []*ast.File) map[types.Object]*ast.FuncDecl {
	functions := map[types.Object]*ast.FuncDecl{}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				functions[info.Defs[fn.Name]] = fn
			}
		}
	}
	return functions
}

// imageNames follows names of images through variables and parameters of a package.
type imageNames struct {
	info      *types.Info
	objects   map[types.Object]bool
	functions map[types.Object]*ast.FuncDecl
}

// follow notes which variables and parameters hold the name of an image.
func (n *imageNames) follow(node ast.Node) bool {
	switch x := node.(type) {
	case *ast.AssignStmt:
		for i := range min(len(x.Lhs), len(x.Rhs)) {
			if id, ok := x.Lhs[i].(*ast.Ident); ok && n.isName(x.Rhs[i]) {
				n.mark(id)
			}
		}
	case *ast.CallExpr:
		n.passes(x)
	}
	return true
}

func (n *imageNames) passes(call *ast.CallExpr) {
	id, ok := call.Fun.(*ast.Ident)
	if !ok || n.functions[n.info.Uses[id]] == nil {
		return
	}
	at := 0
	for _, field := range n.functions[n.info.Uses[id]].Type.Params.List {
		for _, name := range field.Names {
			if at < len(call.Args) && n.isName(call.Args[at]) {
				n.mark(name)
			}
			at++
		}
	}
}

func (n *imageNames) mark(id *ast.Ident) {
	if o := n.info.ObjectOf(id); o != nil {
		n.objects[o] = true
	}
}

// isName reports whether an expression is the name of an image or a part of it.
func (n *imageNames) isName(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		return n.objects[n.info.ObjectOf(x)]
	case *ast.SelectorExpr:
		return x.Sel.Name == "Repository" && n.isOf(x.X, "Image")
	case *ast.CallExpr:
		switch fn := x.Fun.(type) {
		case *ast.SelectorExpr:
			isAsked := fn.Sel.Name == "Name" && n.isOf(fn.X, "Image") || fn.Sel.Name == "ImageBase"
			return isAsked || len(x.Args) > 0 && keepsName(fn) && n.isName(x.Args[0])
		case *ast.Ident:
			return fn.Name == "baseName" && len(x.Args) == 1 && n.isName(x.Args[0])
		}
	}
	return false
}

// keepsName reports whether a function of another package gives its first argument back,
// or a part of it.
func keepsName(fn *ast.SelectorExpr) bool {
	return slices.Contains([]string{"Base", "TrimPrefix", "TrimSuffix", "ToLower", "Trim", "Canonical", "Or"}, fn.Sel.Name)
}

func (n *imageNames) isOf(e ast.Expr, name string) bool {
	t := n.info.TypeOf(e)
	if t == nil {
		return false
	}
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && strings.HasSuffix(named.Obj().Pkg().Path(), "internal/facts")
}

// compares reports whether a node compares the name of an image with a text of its own.
func (n *imageNames) compares(node ast.Node) bool {
	switch x := node.(type) {
	case *ast.BinaryExpr:
		isComparison := x.Op == token.EQL || x.Op == token.NEQ
		return isComparison && (n.isName(x.X) && namesImage(x.Y) || n.isName(x.Y) && namesImage(x.X))
	case *ast.SwitchStmt:
		return x.Tag != nil && n.isName(x.Tag)
	case *ast.IndexExpr:
		_, isMap := under(n.info.TypeOf(x.X)).(*types.Map)
		return isMap && n.isName(x.Index) && n.isPackageLevel(x.X)
	case *ast.CallExpr:
		return n.callCompares(x)
	}
	return false
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

func (n *imageNames) isPackageLevel(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok || n.info.ObjectOf(id) == nil {
		return false
	}
	o := n.info.ObjectOf(id)
	return o.Pkg() != nil && o.Parent() == o.Pkg().Scope()
}

func (n *imageNames) callCompares(call *ast.CallExpr) bool {
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 2 {
		return false
	}
	switch fn.Sel.Name {
	case "HasPrefix", "HasSuffix", "Contains", "EqualFold", "CutPrefix", "CutSuffix":
		return n.isName(call.Args[0]) && namesImage(call.Args[1]) || isList(call.Args[0]) && n.isName(call.Args[1])
	case "ContainsFunc", "IndexFunc":
		found := false
		ast.Inspect(call.Args[1], func(node ast.Node) bool {
			if inner, ok := node.(*ast.CallExpr); ok && len(inner.Args) == 2 && n.isName(inner.Args[0]) {
				found = true
			}
			return true
		})
		return found && isList(call.Args[0])
	}
	return false
}

func isList(e ast.Expr) bool {
	_, ok := e.(*ast.CompositeLit)
	return ok
}

// namesImage reports whether an expression is a text that can name an image.
func namesImage(e ast.Expr) bool {
	literal, ok := ast.Unparen(e).(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return false
	}
	text, err := strconv.Unquote(literal.Value)
	return err == nil && strings.Trim(text, "/:@.-") != "" && text != "scratch"
}

// literalsOf are the texts of a file, but for the documented settings of rules.
func literalsOf(file *ast.File) []string {
	var texts []string
	ast.Inspect(file, func(node ast.Node) bool {
		if list, ok := node.(*ast.CompositeLit); ok {
			if name, ok := list.Type.(*ast.SelectorExpr); ok && name.Sel.Name == "OptionValue" {
				return false
			}
		}
		if x, ok := node.(*ast.BasicLit); ok && x.Kind == token.STRING {
			if text, err := strconv.Unquote(x.Value); err == nil {
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}

// tabledRepositories are the repositories of the tables whose names cannot mean anything
// but an image: those with a folder.
func tabledRepositories(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, table := range []string{"bases.tsv", "moved.tsv", "repositories.tsv"} {
		for line := range strings.Lines(read(t, "internal/images/data/"+table)) {
			pattern, _, _ := strings.Cut(line, "\t")
			name, _, _ := strings.Cut(pattern, ":")
			if strings.HasPrefix(line, "#") || !strings.Contains(strings.Trim(name, "*/"), "/") {
				continue
			}
			found[strings.TrimSuffix(name, "*")] = true
		}
	}
	if len(found) < 100 {
		t.Fatalf("%d repositories: the tables are elsewhere", len(found))
	}
	return found
}
