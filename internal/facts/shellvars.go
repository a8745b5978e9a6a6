package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// ShellUse is a variable that a script reads.
type ShellUse struct {
	Name string
	Span text.Span
}

// UnsetUses lists the variables that an instruction's script reads, sets nowhere
// and gives no default. It is empty for a script that nobody can read, and for
// one that takes variables from elsewhere, as with source or eval.
func (f *Dockerfile) UnsetUses(in *dockerfile.Instruction) (uses []ShellUse) {
	s := in.Script()
	if s == nil || s.File == nil || !f.RunsPOSIX(in) {
		return nil
	}
	set := map[string]bool{}
	opaque := false
	syntax.Walk(s.File, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.Assign:
			if x.Name != nil {
				set[x.Name.Value] = true
			}
		case *syntax.WordIter:
			set[x.Name.Value] = true
		case *syntax.BinaryArithm, *syntax.UnaryArithm:
			opaque = opaque || assignsInArithmetic(n)
		case *syntax.CallExpr:
			opaque = opaque || setsVariables(x, set)
		case *syntax.ParamExp:
			if x.Exp == nil && x.Param != nil {
				uses = append(uses, ShellUse{x.Param.Value, s.SpanOf(x)})
			}
		}
		return !opaque
	})
	if opaque {
		return nil
	}
	kept := uses[:0]
	for _, u := range uses {
		if !set[u.Name] {
			kept = append(kept, u)
		}
	}
	return kept
}

// setsVariables adds the names that a command sets; it is true where nobody can
// tell which.
func setsVariables(call *syntax.CallExpr, set map[string]bool) (unknown bool) {
	if len(call.Args) == 0 {
		return false
	}
	switch name, _ := Literal(call.Args[0]); name {
	case ".", "source", "eval":
		return true
	case "read", "mapfile", "readarray", "getopts", "printf", "unset", "local", "declare", "typeset", "export", "readonly":
		for _, w := range call.Args[1:] {
			value, _ := Literal(w)
			variable, _, _ := strings.Cut(value, "=")
			set[variable] = true
		}
	}
	return false
}

func assignsInArithmetic(n syntax.Node) bool {
	switch x := n.(type) {
	case *syntax.BinaryArithm:
		return x.Op >= syntax.Assgn && x.Op <= syntax.ShrAssgn
	case *syntax.UnaryArithm:
		return x.Op == syntax.Inc || x.Op == syntax.Dec
	}
	return false
}
