package depcheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// The rules of a readable line, for all files but tests and generated ones. A tab is one
// column, as in a byte offset; string literals and the reasons of nolint are apart, since
// nothing can break them.
const (
	maxOperators = 3
	maxColumns   = 140
	// maxPlainColumns is how much of a longer line may be something else than a text.
	maxPlainColumns = 100
)

// leftovers are how many lines of a package may break a rule of these still. A number is
// only ever made smaller, and no package is added.
type leftovers struct{ operators, columns int }

func leftoversOf(dir string) leftovers {
	return map[string]leftovers{
		"internal/facts":            {operators: 26, columns: 4},
		"internal/rules/compose":    {operators: 14, columns: 1},
		"internal/rules/dockerfile": {operators: 88, columns: 17},
		"internal/rules/ignorefile": {operators: 1},
		"internal/rules/kubernetes": {operators: 5},
		"internal/rules/lifecycle":  {operators: 1},
		"internal/rules/pins":       {operators: 1},
		"internal/rules/workflow":   {operators: 2, columns: 2},
	}[dir]
}

var (
	textLiteral   = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")
	nolintComment = regexp.MustCompile(`\s*//nolint.*$`)
	// tells is written in brackets so that this line does not match itself.
	tells = regexp.MustCompile(`^\s*//.*\btells? [w]hether\b`)
)

func TestReadableLines(t *testing.T) {
	found := map[string]map[string][]string{}
	for _, f := range goFiles(t) {
		if f.Test || f.Generated {
			continue
		}
		if found[f.Dir] == nil {
			found[f.Dir] = map[string][]string{}
		}
		for rule, places := range unreadable(t, f.Name, read(t, f.Name)) {
			found[f.Dir][rule] = append(found[f.Dir][rule], places...)
		}
	}
	for dir, rules := range found {
		allowed := leftoversOf(dir)
		most := map[string]int{operatorRule: allowed.operators, columnRule: allowed.columns}
		for rule, places := range rules {
			if len(places) > most[rule] {
				t.Errorf("%s: %d places, and %d may be left: %s\n\t%s", dir, len(places), most[rule], rule, strings.Join(places, "\n\t"))
			}
		}
	}
}

const (
	operatorRule = "a condition has at most three && and ||: give a part of it a name, or a guard of its own"
	mixRule      = "an && beside an || is in parentheses, or has a name"
	columnRule   = "a line has at most 140 columns, string literals apart"
	tellsRule    = "a function that returns a bool reports whether"
)

// unreadable are the places of a file that break a rule, by the rule.
func unreadable(t *testing.T, name, src string) map[string][]string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	at := func(line int) string { return fmt.Sprintf("%s:%d", name, line) }
	for i, line := range strings.Split(src, "\n") {
		code := []rune(nolintComment.ReplaceAllString(line, ""))
		if len(code) > maxColumns && len([]rune(textLiteral.ReplaceAllString(string(code), ""))) > maxPlainColumns {
			found[columnRule] = append(found[columnRule], at(i+1))
		}
		if tells.MatchString(line) {
			found[tellsRule] = append(found[tellsRule], at(i+1))
		}
	}
	inner := map[ast.Node]bool{} // parts of a condition that was weighed
	ast.Inspect(file, func(n ast.Node) bool {
		condition, ok := n.(*ast.BinaryExpr)
		if !ok || !isLogical(condition.Op) || inner[n] {
			return true
		}
		operators, mixed := weigh(condition, inner)
		line := fset.Position(condition.Pos()).Line
		if operators > maxOperators {
			found[operatorRule] = append(found[operatorRule], at(line))
		}
		if mixed {
			found[mixRule] = append(found[mixRule], at(line))
		}
		return true
	})
	return found
}

func isLogical(op token.Token) bool { return op == token.LAND || op == token.LOR }

// weigh counts the operators of a condition, those of functions in it apart, and reports
// whether an && is an operand of an || without parentheses.
//
// It adds the parts of the condition to inner.
func weigh(condition ast.Expr, inner map[ast.Node]bool) (operators int, mixed bool) {
	ast.Inspect(condition, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			if !isLogical(x.Op) {
				return true
			}
			operators++
			inner[x] = true
			for _, side := range []ast.Expr{x.X, x.Y} {
				part, ok := side.(*ast.BinaryExpr)
				mixed = mixed || (ok && x.Op == token.LOR && part.Op == token.LAND)
			}
		}
		return true
	})
	return operators, mixed
}

func TestReadableLineRules(t *testing.T) {
	for line, rules := range map[string][]string{
		"var _ = a && b && c && d":                                nil,
		"var _ = a && b && c && d && e":                           {operatorRule},
		"var _ = a && (b || c)":                                   nil,
		"var _ = a || (b && c)":                                   nil,
		"var _ = a || b && c":                                     {mixRule},
		"var _ = a || f(func() bool { return b && c && d && e })": nil,
		"var _ = a || f(func() bool { return b || c && d })":      {mixRule},
		"// is tells " + "whether it is":                          {tellsRule},
		"var _ = \"" + strings.Repeat("x", 200) + "\"":            nil,
		"var _ = " + strings.Repeat("x", 133):                     {columnRule},
		"var _ = " + strings.Repeat("x", 132):                     nil,
	} {
		found := unreadable(t, "x.go", "package x\n\n"+line+"\n")
		for _, rule := range []string{operatorRule, mixRule, columnRule, tellsRule} {
			want := len(rules) == 1 && rules[0] == rule
			if got := len(found[rule]) > 0; got != want {
				t.Errorf("%.60s: found %t of %q, want %t", line, got, rule, want)
			}
		}
	}
}
