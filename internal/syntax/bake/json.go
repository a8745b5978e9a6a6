package bake

import (
	"encoding/json"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// readJSON reads the form in which a block is an entry of an object by its kind. All JSON
// is YAML, which has the places.
func (f *File) readJSON() {
	file := yaml.Parse(f.Src, f.Lines)
	if file.Err != nil || !json.Valid([]byte(strings.TrimPrefix(string(f.Src), "\xEF\xBB\xBF"))) {
		f.Err = &Error{Message: "the file is not valid JSON"}
		if file.Err != nil {
			f.Err = &Error{Span: file.Err.Span, Message: file.Err.Message}
		}
		return
	}
	root := file.Root()
	if root == nil {
		return
	}
	for _, kind := range root.Pairs {
		for _, named := range kind.Value.Pairs {
			block := &Block{Kind: kind.Key.Value, Name: named.Key.Value, NameSpan: named.Key.Span}
			for _, a := range named.Value.Pairs {
				block.Attributes = append(block.Attributes, &Attribute{Name: a.Key.Value, NameSpan: a.Key.Span, Value: jsonValue(a.Value)})
			}
			f.Blocks = append(f.Blocks, block)
		}
	}
}

// jsonValue reads a value; what is computed from variables, by ${...} in its text, is not
// known.
func jsonValue(n *yaml.Node) Value {
	v := Value{Span: n.Span}
	switch n.Kind {
	case yaml.Sequence:
		v.IsList = true
		for _, item := range n.Items {
			v.Items = append(v.Items, jsonValue(item))
		}
	case yaml.Mapping:
		v.IsObject = true
		for _, p := range n.Pairs {
			v.Pairs = append(v.Pairs, Pair{Key: p.Key.Value, KeySpan: p.Key.Span, Value: jsonValue(p.Value)})
		}
	case yaml.Scalar:
		isText := n.Span != (text.Span{}) && n.Style != yaml.Plain
		v.Text, v.Fixed = n.Value, isText && !strings.Contains(n.Value, "${")
		v.Known = v.Fixed
	default:
	}
	return v
}
