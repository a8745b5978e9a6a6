package discover

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// maxBake is the size in bytes up to which a bake file in HCL is read.
	maxBake = 256 << 10
	// maxBakeText is the length in bytes of a text with its variables put in: each use of
	// a variable repeats its value, and no path is longer.
	maxBakeText = 4096
)

// bakeTargets reads a bake file in HCL: of each target what it writes out, with
// variables that have a literal default put in. What a target inherits is taken from
// the targets that it names (Docker's documentation, "Bake file reference").
func bakeTargets(src []byte) []build {
	if len(src) > maxBake || text.CountAny(src, "([{!-?") > limits.Brackets {
		return nil
	}
	file, problems := hclsyntax.ParseConfig(src, "docker-bake.hcl", hcl.InitialPos)
	if file == nil || problems.HasErrors() {
		return nil
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	values := &hcl.EvalContext{Variables: map[string]cty.Value{}}
	for _, b := range body.Blocks {
		if b.Type == "variable" && len(b.Labels) == 1 {
			if text, ok := plainText(b.Body.Attributes["default"], nil); ok {
				values.Variables[b.Labels[0]] = cty.StringVal(text)
			}
		}
	}
	var all []build
	contexts := map[string]build{}
	for _, b := range body.Blocks {
		if b.Type != "target" || len(b.Labels) != 1 {
			continue
		}
		var t build
		t.Context, _ = plainText(b.Body.Attributes["context"], values)
		t.Dockerfile, _ = plainText(b.Body.Attributes["dockerfile"], values)
		for _, parent := range inherited(b.Body.Attributes["inherits"]) {
			if t.Context == "" {
				t.Context = contexts[parent].Context
			}
			if t.Dockerfile == "" {
				t.Dockerfile = contexts[parent].Dockerfile
			}
		}
		contexts[b.Labels[0]] = t
		all = append(all, t)
	}
	return all
}

// plainText is the text of an attribute that is one, with variables put in; ok is
// false for anything that would have to be computed.
func plainText(a *hclsyntax.Attribute, values *hcl.EvalContext) (text string, ok bool) {
	if a == nil {
		return "", false
	}
	simple, size := true, a.Expr.Range().End.Byte-a.Expr.Range().Start.Byte
	_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.LiteralValueExpr, *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		case *hclsyntax.ScopeTraversalExpr:
			if values != nil && values.Variables[n.Traversal.RootName()] != cty.NilVal {
				size += len(values.Variables[n.Traversal.RootName()].AsString())
			}
		default:
			simple = false
		}
		return nil
	})
	if !simple || size > maxBakeText {
		return "", false
	}
	value, problems := a.Expr.Value(values)
	if problems.HasErrors() || value.Type() != cty.String || !value.IsKnown() || value.IsNull() {
		return "", false
	}
	return value.AsString(), true
}

// inherited are the names in the list of an attribute "inherits".
func inherited(a *hclsyntax.Attribute) (names []string) {
	if a == nil {
		return nil
	}
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		return nil
	}
	for _, e := range list.Exprs {
		if text, ok := plainText(&hclsyntax.Attribute{Expr: e}, nil); ok {
			names = append(names, text)
		}
	}
	return names
}
