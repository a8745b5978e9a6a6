package yaml

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// budget is what may still be spent on what aliases and merge keys stand for.
type budget struct {
	left int
	err  *Error
}

func (b *budget) spend(n *Node, amount int) bool {
	b.left -= amount
	if b.left < 0 {
		b.fail(LimitError, n, fmt.Sprintf("aliases and merge keys stand for more than %d keys and values", MaxExpansion))
		return false
	}
	return true
}

func (b *budget) fail(kind ErrorKind, n *Node, message string) {
	if b.err == nil {
		b.err = &Error{Kind: kind, Span: n.Span, Message: message}
	}
}

// resolve finds what the merge keys of the file stand for, in file order and as
// far as MaxExpansion goes, so that all who read the file see the same.
func (f *File) resolve() {
	b := &budget{left: MaxExpansion}
	for _, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			if slices.ContainsFunc(n.Pairs, func(p *Pair) bool { return p.Merge || p.First != nil }) {
				n.effective = []*Pair{}
				b.collect(n, map[string]int{}, &n.effective, map[*Node]bool{}, 0)
			}
			return true
		})
	}
	f.merged = b.err
}

// View shows mappings as a program that reads the file sees them: aliases
// followed, merge keys resolved. Several goroutines may look at pairs and values
// at a time; Value and Finite spend what the view has to spend, MaxExpansion, so
// that these are for one goroutine.
type View struct{ budget }

// NewView is a view on one file.
func NewView(f *File) *View {
	return &View{budget{left: MaxExpansion, err: f.merged}}
}

// Err is set when the bound was reached, or when aliases go round in circles;
// what the view shows is then less than there is.
func (v *View) Err() *Error { return v.err }

// Pairs are the pairs that a mapping has in effect: its own in file order, of
// equal keys the last, then what merge keys add. It is empty for other nodes.
func (v *View) Pairs(n *Node) []*Pair {
	n = n.Resolve()
	if n == nil || n.Kind != Mapping {
		return nil
	}
	if n.effective != nil {
		return n.effective
	}
	return n.Pairs
}

// collect adds the pairs of a mapping that its readers have not yet. open has the
// mappings that were met, true as long as they are not done: a second time they
// add nothing, and one that is not done is merged into itself.
func (b *budget) collect(n *Node, place map[string]int, pairs *[]*Pair, open map[*Node]bool, depth int) {
	if inside, met := open[n]; met {
		if inside {
			b.fail(SyntaxError, n, "an anchor contains itself")
		}
		return
	}
	if !b.spend(n, 1+len(n.Pairs)) {
		return
	}
	if depth > MaxDepth {
		b.fail(LimitError, n, fmt.Sprintf("more than %d merge keys lead from one to the next", MaxDepth))
		return
	}
	open[n] = true
	defer func() { open[n] = false }()
	own := len(*pairs)
	for _, p := range n.Pairs {
		if p.Merge {
			continue
		}
		at, had := place[p.Key.Value]
		switch {
		case p.Key.Kind != Scalar:
			*pairs = append(*pairs, p)
		case !had:
			place[p.Key.Value] = len(*pairs)
			*pairs = append(*pairs, p)
		case at >= own:
			(*pairs)[at] = p // a duplicate: the last one counts
		}
	}
	for _, p := range n.Pairs {
		if !p.Merge {
			continue
		}
		from := p.Value.Resolve()
		switch from.Kind {
		case Mapping:
			b.collect(from, place, pairs, open, depth+1)
		case Sequence:
			for _, item := range from.Items {
				if m := item.Resolve(); m.Kind == Mapping {
					b.collect(m, place, pairs, open, depth+1)
				}
			}
		default: // nothing that could be merged
		}
	}
}

// Pair is the pair with that key that a mapping has in effect, or nil.
func (v *View) Pair(n *Node, key string) *Pair {
	for _, p := range v.Pairs(n) {
		if p.Key.Kind == Scalar && p.Key.Value == key {
			return p
		}
	}
	return nil
}

// Get follows keys, and numbers of items, from a node down. The result is as
// written, an alias too; nil when there is nothing.
func (v *View) Get(n *Node, path ...string) *Node {
	for _, step := range path {
		n = n.Resolve()
		switch {
		case n == nil:
			return nil
		case n.Kind == Mapping:
			p := v.Pair(n, step)
			if p == nil {
				return nil
			}
			n = p.Value
		case n.Kind == Sequence:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
		default:
			return nil
		}
	}
	return n
}

// Value makes plain data of a node, as a JSON decoder would: map[string]any,
// []any, string, bool, int, float64, nil. scalar may give another value for a
// scalar; it may be nil. Keys that are no scalars are left out, and so are
// values tagged !reset, which take a value away.
func (v *View) Value(n *Node, scalar func(*Node) (any, bool)) any {
	return v.value(n, scalar, map[*Node]bool{})
}

func (v *View) value(n *Node, scalar func(*Node) (any, bool), open map[*Node]bool) any {
	if n = n.Resolve(); n == nil || !v.spend(n, 1) {
		return nil
	}
	if n.Kind == Scalar {
		if scalar != nil {
			if x, ok := scalar(n); ok {
				return x
			}
		}
		return n.Data()
	}
	if open[n] {
		v.fail(SyntaxError, n, "an anchor contains itself")
		return nil
	}
	open[n] = true
	defer delete(open, n)
	if n.Kind == Sequence {
		items := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			items = append(items, v.value(item, scalar, open))
		}
		return items
	}
	m := make(map[string]any, len(n.Pairs))
	for _, p := range v.Pairs(n) {
		if p.Key.Kind == Scalar && p.Value.Resolve().Tag != "!reset" {
			m[p.Key.Value] = v.value(p.Value, scalar, open)
		}
	}
	return m
}

// Data is a scalar as a Go value: string, bool, int, float64 or nil. What is
// none of these by its tag stays a string.
func (n *Node) Data() any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool", "!!int", "!!float":
		var x any
		raw := yaml.Node{Kind: yaml.ScalarNode, Tag: n.Tag, Value: n.Value}
		if err := raw.Decode(&x); err == nil {
			return x
		}
	}
	return n.Value
}

// Finite reports whether a node, with all that aliases and merge keys stand for,
// stays within the bound and contains nothing twice within itself. Err says what
// is wrong otherwise.
func (v *View) Finite(n *Node) bool {
	v.measure(n, map[*Node]bool{})
	return v.err == nil
}

func (v *View) measure(n *Node, open map[*Node]bool) {
	if n = n.Resolve(); n == nil || n.Kind == Scalar {
		v.left--
		return
	}
	if !v.spend(n, 1) || v.err != nil {
		return
	}
	if open[n] {
		v.fail(SyntaxError, n, "an anchor contains itself")
		return
	}
	open[n] = true
	defer delete(open, n)
	for _, item := range n.Items {
		v.measure(item, open)
	}
	for _, p := range v.Pairs(n) {
		v.measure(p.Value, open)
	}
}
