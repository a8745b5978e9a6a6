package bake

import (
	"bytes"
	"maps"
	"slices"

	"github.com/dockmend/dockmend/internal/text"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func (f *File) readHCL() {
	file, problems := hclsyntax.ParseConfig(f.Src, "docker-bake.hcl", hcl.InitialPos)
	f.readComments()
	for _, p := range problems {
		if p.Severity == hcl.DiagError {
			f.Err = &Error{Message: p.Summary + ": " + p.Detail}
			if p.Subject != nil {
				f.Err.Span = spanOf(*p.Subject)
			}
			return
		}
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return
	}
	values := &hcl.EvalContext{Variables: map[string]cty.Value{}}
	for _, b := range body.Blocks {
		if a := b.Body.Attributes["default"]; b.Type == "variable" && len(b.Labels) == 1 && a != nil {
			if text, ok := plainText(a.Expr, nil); ok {
				values.Variables[b.Labels[0]] = cty.StringVal(text)
			}
		}
	}
	for _, b := range body.Blocks {
		block := &Block{Kind: b.Type, NameSpan: spanOf(b.TypeRange)}
		if len(b.Labels) == 1 {
			block.Name, block.NameSpan = b.Labels[0], spanOf(b.LabelRanges[0])
		}
		for _, name := range inOrder(b.Body.Attributes) {
			a := b.Body.Attributes[name]
			block.Attributes = append(block.Attributes, &Attribute{Name: name, NameSpan: spanOf(a.NameRange), Value: valueOf(a.Expr, values)})
		}
		f.Blocks = append(f.Blocks, block)
	}
}

// readComments notes the comments, those of several lines by line.
func (f *File) readComments() {
	tokens, _ := hclsyntax.LexConfig(f.Src, "docker-bake.hcl", hcl.InitialPos)
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			continue
		}
		start := t.Range.Start.Byte
		for line := range bytes.Lines(t.Bytes) {
			f.Comments = append(f.Comments, text.Span{Start: start, End: start + len(bytes.TrimRight(line, "\r\n"))})
			start += len(line)
		}
	}
}

func spanOf(r hcl.Range) text.Span { return text.Span{Start: r.Start.Byte, End: r.End.Byte} }

func valueOf(e hclsyntax.Expression, values *hcl.EvalContext) Value {
	v := Value{Span: spanOf(e.Range())}
	switch x := e.(type) {
	case *hclsyntax.TupleConsExpr:
		v.IsList = true
		for _, item := range x.Exprs {
			v.Items = append(v.Items, valueOf(item, values))
		}
	case *hclsyntax.ObjectConsExpr:
		v.IsObject = true
		for _, item := range x.Items {
			key := hcl.ExprAsKeyword(item.KeyExpr)
			if key == "" {
				key, _ = plainText(item.KeyExpr, nil)
			}
			v.Pairs = append(v.Pairs, Pair{Key: key, KeySpan: spanOf(item.KeyExpr.Range()), Value: valueOf(item.ValueExpr, values)})
		}
	default:
		if v.Text, v.Fixed = plainText(e, nil); v.Fixed {
			v.Known = true
		} else {
			v.Text, v.Known = plainText(e, values)
		}
	}
	return v
}

// plainText is the text of an expression that is one, with variables put in; ok is false
// for anything that would have to be computed.
func plainText(e hclsyntax.Expression, values *hcl.EvalContext) (text string, ok bool) {
	simple, size := true, e.Range().End.Byte-e.Range().Start.Byte
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.LiteralValueExpr, *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr, *hclsyntax.ObjectConsKeyExpr:
		case *hclsyntax.ScopeTraversalExpr:
			if values != nil && values.Variables[n.Traversal.RootName()] != cty.NilVal {
				size += len(values.Variables[n.Traversal.RootName()].AsString())
			}
		default:
			simple = false
		}
		return nil
	})
	if !simple || size > maxText {
		return "", false
	}
	value, problems := e.Value(values)
	if problems.HasErrors() || value.Type() != cty.String || !value.IsKnown() || value.IsNull() {
		return "", false
	}
	return value.AsString(), true
}

// inOrder are the names of attributes in the order of the file.
func inOrder(attributes hclsyntax.Attributes) []string {
	start := func(name string) int { return attributes[name].NameRange.Start.Byte }
	return slices.SortedFunc(maps.Keys(attributes), func(a, b string) int { return start(a) - start(b) })
}
