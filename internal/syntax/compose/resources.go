package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Resource is an entry of networks, volumes, secrets, configs or models at the
// top level.
type Resource struct {
	Name string
	Pair *yaml.Pair
	// Node is the entry's value, an alias followed; it may be null.
	Node *yaml.Node
	// External tells that the file does not make it.
	External bool
}

// Span is the name as written.
func (r Resource) Span() text.Span { return r.Pair.Key.Span }

// Section is a key of the top level; nil when it is not there.
func (d *Document) Section(name string) *yaml.Pair { return d.View.Pair(d.Root, name) }

// Resources lists the entries of a section of the top level.
func (d *Document) Resources(section string) []Resource {
	p := d.Section(section)
	if p == nil {
		return nil
	}
	var all []Resource
	for _, p := range d.View.Pairs(p.Value) {
		if p.Key.Kind != yaml.Scalar || strings.HasPrefix(p.Key.Value, "x-") {
			continue
		}
		n := p.Value.Resolve()
		external := d.View.Get(n, "external")
		all = append(all, Resource{
			Name: p.Key.Value, Pair: p, Node: n,
			// The old form is a mapping with the name.
			External: d.Value(external).IsTrue() || external.Is(yaml.Mapping),
		})
	}
	return all
}

// Includes reports whether the file includes others: what it lacks may be there.
func (d *Document) Includes() bool {
	p := d.Section("include")
	return p != nil && !p.Value.IsNull()
}

// Variables lists the uses of variables in values, keys not included, in file
// order.
func (d *Document) Variables() []VariableUse {
	var uses []VariableUse
	d.Root.Walk(func(n *yaml.Node) bool {
		if p := n.Pair(); (p != nil && p.Key == n) || n.Kind != yaml.Scalar {
			return p == nil || p.Key != n
		}
		v := d.Value(n)
		for _, x := range v.Template.Variables() {
			uses = append(uses, VariableUse{Variable: x, Value: v, Span: d.Place(v, x.Span)})
		}
		return true
	})
	return uses
}

// VariableUse is a variable at its place in the file.
type VariableUse struct {
	*Variable
	// Value is the scalar that it stands in.
	Value Value
	Span  text.Span
}
