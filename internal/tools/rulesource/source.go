// Package rulesource reads the rules as they stand in their Go files: which
// there are, and the prose above each. It imports none of them, so that it works
// while the generated list is stale and the module does not compile.
package rulesource

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the path of the Go module.
const Module = "github.com/dockmend/dockmend"

// Target is a kind of document with rules of its own.
type Target struct {
	// Name is the folder below internal/rules and testdata/rules, and the name of
	// the Go package.
	Name string
	// Constant of package lint that stands for it.
	Constant string
	// Field of rules.Catalog that holds the target's rules.
	Field string
	// Document is the Go type that a rule of the target reads, as facts has it.
	Document string
	// Language of its fenced blocks in documents, and what an ignore comment stands
	// above.
	Language, Above string
	// File and Example are the document of a new rule's cases, Loop the body of its
	// check.
	File, Example, Loop string
}

// Targets lists the kinds of documents in the catalogue's order.
func Targets() []Target {
	return []Target{
		{
			Name: "dockerfile", Constant: "TargetDockerfile", Field: "Dockerfile", Document: "*facts.Dockerfile",
			Language: "dockerfile", Above: "the instruction", File: "Dockerfile", Example: "FROM alpine:3.22\n",
			Loop: "\tfor _, in := range p.Doc.Instructions {\n\t\tif in.Keyword != \"KEYWORD\" {\n\t\t\tcontinue\n\t\t}\n\t\tp.Report(lint.Finding{Span: in.Span, Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
		{
			Name: "compose", Constant: "TargetCompose", Field: "Compose", Document: "*facts.Compose",
			Language: "yaml", Above: "the line, or at its end", File: "compose.yaml", Example: "services:\n  web:\n    image: nginx:1.29\n",
			Loop: "\tfor _, s := range p.Doc.Services {\n\t\tp.Report(lint.Finding{Span: s.Span(), Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
		{
			Name: "ignorefile", Constant: "TargetIgnoreFile", Field: "IgnoreFile", Document: "*facts.IgnoreFile",
			Language: "text", Above: "the pattern", File: ".dockerignore", Example: ".git\n",
			Loop: "\tfor _, pattern := range p.Doc.Patterns {\n\t\tp.Report(lint.Finding{Span: pattern.Span, Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
		{
			Name: "kubernetes", Constant: "TargetKubernetes", Field: "Kubernetes", Document: "*facts.Manifest",
			Language: "yaml", Above: "the line, or at its end", File: "deployment.yaml", Example: "apiVersion: apps/v1\nkind: Deployment\n",
			Loop: "\tfor _, o := range p.Doc.Objects() {\n\t\tp.Report(lint.Finding{Span: o.Root.Span, Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
		{
			Name: "workflow", Constant: "TargetWorkflow", Field: "Workflow", Document: "*facts.Workflow",
			Language: "yaml", Above: "the line, or at its end", File: ".github/workflows/build.yaml", Example: "on: push\njobs: {}\n",
			Loop: "\tif root := p.Doc.Root(); root != nil {\n\t\tp.Report(lint.Finding{Span: root.Span, Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
		{
			Name: "bake", Constant: "TargetBake", Field: "Bake", Document: "*facts.Bake",
			Language: "hcl", Above: "the line, or at its end", File: "docker-bake.hcl", Example: "target \"app\" {}\n",
			Loop: "\tfor _, b := range p.Doc.Blocks {\n\t\tp.Report(lint.Finding{Span: b.NameSpan, Message: \"QUOTE THE TEXT, SAY WHAT IS WRONG; SAY WHAT TO DO\"})\n\t}\n",
		},
	}
}

// Folder is where the target's rule files are, relative to the module's root.
func (t Target) Folder() string { return "internal/rules/" + t.Name }

// RuleFile is the Go file of a rule, relative to the module's root.
func (t Target) RuleFile(id string) string {
	return t.Folder() + "/" + strings.ReplaceAll(id, "-", "_") + ".go"
}

// FixtureFile is the archive with a rule's cases, relative to the module's root.
func (t Target) FixtureFile(id string) string {
	return "testdata/rules/" + t.Name + "/" + id + ".txtar"
}

// Rule is a rule's declaration.
type Rule struct {
	Target Target
	ID     string
	// Variable is the exported Go variable; Doc is the comment above it, as text.
	Variable string
	Doc      string
}

// Root is the folder of go.mod at or above the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above: run this inside of the module")
		}
		dir = parent
	}
}

// Load reads all rule files below the module's root, sorted by target and id.
// The error lists every declaration that breaks a convention, with its place.
func Load(root fs.FS) ([]Rule, error) {
	var rules []Rule
	var errs []error
	for _, t := range Targets() {
		names, err := fs.Glob(root, t.Folder()+"/*.go")
		if err != nil {
			return nil, err
		}
		first := len(rules)
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := fs.ReadFile(root, name)
			if err != nil {
				return nil, err
			}
			found, err := parse(t, name, src)
			rules = append(rules, found...)
			errs = append(errs, err)
		}
		slices.SortFunc(rules[first:], func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	}
	return rules, errors.Join(errs...)
}

// parse finds the rule that a file declares; a file without one holds helpers.
func parse(t Target, name string, src []byte) ([]Rule, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	var errs []error
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, spec := range gen.Specs {
			value := spec.(*ast.ValueSpec)
			if len(value.Values) != 1 || !isRule(value.Values[0]) {
				continue
			}
			r, err := declared(t, gen, value)
			if err == nil && t.RuleFile(r.ID) != name {
				err = fmt.Errorf("rule %s belongs into %s", r.ID, path.Base(t.RuleFile(r.ID)))
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", fset.Position(value.Pos()), err))
			}
			rules = append(rules, r)
		}
	}
	return rules, errors.Join(errs...)
}

// isRule reports whether an expression is a literal facts.Rule[...]{...}.
func isRule(e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	index, ok := lit.Type.(*ast.IndexExpr)
	return ok && isSelector(index.X, "facts", "Rule")
}

func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg && sel.Sel.Name == name
}

func declared(t Target, gen *ast.GenDecl, value *ast.ValueSpec) (Rule, error) {
	r := Rule{Target: t, Variable: value.Names[0].Name, Doc: gen.Doc.Text()}
	id, ok := field(field(value.Values[0], "Meta"), "ID").(*ast.BasicLit)
	if !ok || id.Kind != token.STRING {
		return r, fmt.Errorf("%s: Meta and its ID must be written out where the rule is declared", r.Variable)
	}
	var err error
	if r.ID, err = strconv.Unquote(id.Value); err != nil {
		return r, fmt.Errorf("%s: id %s: %w", r.Variable, id.Value, err)
	}
	switch {
	case len(gen.Specs) != 1 || len(value.Names) != 1:
		return r, fmt.Errorf("%s: declare each rule by itself", r.Variable)
	case !IsID(r.ID):
		return r, fmt.Errorf("%s: id %q is not kebab-case", r.Variable, r.ID)
	case r.Variable != Variable(r.ID):
		return r, fmt.Errorf("rule %s is declared as %s, want %s", r.ID, r.Variable, Variable(r.ID))
	}
	_, err = r.Sections()
	return r, err
}

// field is the value of a field in a composite literal; nil if there is none.
func field(e ast.Expr, name string) ast.Expr {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range lit.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
			return pair.Value
		}
	}
	return nil
}

// IsID reports whether a rule's id is kebab-case: "latest-tag".
func IsID(id string) bool {
	for word := range strings.SplitSeq(id, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return id[0] >= 'a'
}

// Variable is the Go name of a rule: "LatestTag" for "latest-tag".
func Variable(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
