package yaml

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Resolve is the node itself, or what an alias stands for. It is nil for nil.
func (n *Node) Resolve() *Node {
	if n != nil && n.Kind == Alias {
		return n.Target
	}
	return n
}

// Is reports whether the node, an alias followed, is of that kind.
func (n *Node) Is(kind Kind) bool {
	n = n.Resolve()
	return n != nil && n.Kind == kind
}

// IsNull reports whether the node has no value: nothing, "~" or "null" without
// quotes.
func (n *Node) IsNull() bool {
	n = n.Resolve()
	return n == nil || (n.Kind == Scalar && n.Tag == "!!null")
}

// Quoted reports whether a scalar stands in quotes of either kind.
func (n *Node) Quoted() bool { return n.Style == SingleQuoted || n.Style == DoubleQuoted }

// Pair is the pair whose key or value the node is; nil for an item of a
// sequence and for a root.
func (n *Node) Pair() *Pair { return n.pair }

// Own is the pair with that key that is written in the mapping itself: the last
// of several, nil when there is none. Aliases are followed, merge keys are not.
func (n *Node) Own(key string) *Pair {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if p := n.Pairs[i]; p.Key.Kind == Scalar && p.Key.Value == key && !p.Merge {
			return p
		}
	}
	return nil
}

// Path lists the keys, and the numbers of items, from the document's root to
// the node; of an aliased node, those of the place where it is written.
func (n *Node) Path() []string {
	var path []string
	for ; n != nil && n.Parent != nil; n = n.Parent {
		if n.pair != nil {
			path = append(path, n.pair.Key.Value)
		} else {
			path = append(path, strconv.Itoa(n.index))
		}
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path
}

// Walk visits a node and those that are written below it, keys included, in
// file order. Aliases are visited, not followed. Where visit returns false,
// what lies below is left out.
func (n *Node) Walk(visit func(*Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, p := range n.Pairs {
		p.Key.Walk(visit)
		p.Value.Walk(visit)
	}
	for _, item := range n.Items {
		item.Walk(visit)
	}
}

// Duplicates lists the pairs whose key their mapping has before already, in
// file order. Merge keys do not count: several are merged.
func (f *File) Duplicates() []*Pair {
	var found []*Pair
	for _, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			for _, p := range n.Pairs {
				if p.First != nil && !p.Merge {
					found = append(found, p)
				}
			}
			return true
		})
	}
	return found
}

// Aliases lists the aliases in file order.
func (f *File) Aliases() []*Node { return f.aliases }

// UsedElsewhere reports whether an alias outside of a span stands for something
// inside of it: what is there cannot be taken away.
func (f *File) UsedElsewhere(span text.Span) bool {
	for _, a := range f.aliases {
		if !span.Contains(a.Span) && span.Contains(a.Target.Span) {
			return true
		}
	}
	return false
}

// IsSexagesimal reports whether YAML 1.1 reads a plain text as a number to the
// base 60: "22:22" is 1342 there. The library, as YAML 1.2, reads a string.
func IsSexagesimal(plain string) bool {
	parts := strings.Split(strings.TrimLeft(plain, "+-"), ":")
	if len(parts) < 2 || parts[0] == "" {
		return false
	}
	for i, part := range parts {
		digits := strings.ReplaceAll(part, "_", "")
		if i > 0 {
			digits = part
		}
		n, err := strconv.Atoi(digits)
		if err != nil || digits[0] == '+' || digits[0] == '-' {
			return false
		}
		isOctal := i == 0 && len(digits) > 1 && digits[0] == '0'
		isTooLarge := i > 0 && (n > 59 || len(digits) > 2)
		if isOctal || isTooLarge {
			return false
		}
	}
	return true
}
