package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ProblemKind says in which way a value does not fit the specification.
type ProblemKind uint8

// The kinds of problems.
const (
	// UnknownKey: the specification has no such key here; Known has those it has.
	UnknownKey ProblemKind = iota
	// BadName: the name of a service, a volume or the like has forbidden characters.
	BadName
	// MissingKey: Key has to be there.
	MissingKey
	// WrongType: Want has the types that fit.
	WrongType
	// NotAllowed: Want has the values that fit.
	NotAllowed
	// NoMatch: the text has to match the pattern that Want holds.
	NoMatch
	// OutOfRange: the number is too small or too large; Want says which are not.
	OutOfRange
)

// Problem is a place where the file does not fit the Compose specification.
type Problem struct {
	Kind ProblemKind
	// Path leads to the value; for an unknown or missing key, to the mapping.
	Path []string
	// Span is the key for UnknownKey and BadName, what the mapping belongs to for
	// MissingKey, and otherwise the value, or its key where it is a whole section.
	Span text.Span
	// Node is the value as written; for an unknown or missing key, the mapping.
	Node *yaml.Node
	// Key is the unknown or missing key.
	Key string
	// Known are the keys that the mapping may have, sorted.
	Known []string
	// Want is what fits, in words: "string", "list", "mapping", "number".
	Want []string
}

// maxProblems is how many problems of a file are told.
const maxProblems = 200

// Problems holds the document, aliases and merge keys resolved, against the
// schema of the Compose specification. Scalars with variables are left out:
// nobody knows what they become. It fails only when the schema does.
func (d *Document) Problems() ([]Problem, error) {
	if d.Root == nil {
		return nil, nil
	}
	root, err := specification()
	if err != nil {
		return nil, err
	}
	if d.Endless() != nil {
		return nil, nil // more than can be read
	}
	c := &checker{doc: d, root: root}
	found := c.check(place{node: d.Root}, root)
	slices.SortStableFunc(found, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	// Several parts of the schema may say the same of one value.
	found = slices.CompactFunc(found, func(a, b Problem) bool { return a.Span == b.Span && a.Kind == b.Kind && a.Key == b.Key })
	return found[:min(len(found), maxProblems)], nil
}

// checker holds values against schemas.
type checker struct {
	doc  *Document
	root *schema
}

// place is a value with the way to it. pair is nil for items and for the root.
type place struct {
	node *yaml.Node
	pair *yaml.Pair
	path []string
}

func (p place) below(node *yaml.Node, pair *yaml.Pair, step string) place {
	return place{node: node, pair: pair, path: append(slices.Clip(p.path), step)}
}

func (c *checker) check(at place, s *schema) []Problem {
	if s.Ref != "" {
		s = c.root.definition(s.Ref)
	}
	n := at.node.Resolve()
	if v := c.doc.Value(n); v.Exists() && v.Template.HasVariables() {
		return nil
	}
	if !fits(n, s.Type) {
		return []Problem{c.value(at, WrongType, inWords(s.Type))}
	}
	var found []Problem
	for _, part := range s.AllOf {
		found = append(found, c.check(at, part)...)
	}
	found = append(found, c.choose(at, s.OneOf)...)
	found = append(found, c.choose(at, s.AnyOf)...)
	switch n.Kind {
	case yaml.Mapping:
		found = append(found, c.mapping(at, s)...)
	case yaml.Sequence:
		if s.Items != nil {
			for i, item := range n.Items {
				found = append(found, c.check(at.below(item, nil, strconv.Itoa(i)), s.Items)...)
			}
		}
	default:
		found = append(found, c.scalar(at, s)...)
	}
	return found
}

func (c *checker) mapping(at place, s *schema) []Problem {
	var found []Problem
	n := at.node.Resolve()
	closed := (s.AdditionalProperties != nil && !*s.AdditionalProperties) || (s.UnevaluatedProperties != nil && !*s.UnevaluatedProperties)
	for _, p := range c.doc.View.Pairs(n) {
		if p.Key.Kind != yaml.Scalar || p.Value.Resolve().Tag == "!reset" {
			continue
		}
		key := p.Key.Value
		child := at.below(p.Value, p, key)
		// The patterns of allOf's parts count too; they have that of extensions only.
		known := slices.Contains(s.known, key) || (len(s.AllOf) > 0 && strings.HasPrefix(key, "x-"))
		if property := s.Properties[key]; property != nil {
			found = append(found, c.check(child, property)...)
		}
		for _, named := range s.named {
			if named.pattern.MatchString(key) {
				known = true
				found = append(found, c.check(child, named.schema)...)
			}
		}
		if closed && !known {
			problem := Problem{Kind: UnknownKey, Path: at.path, Span: p.Key.Span, Node: n, Key: key, Known: s.known}
			if s.takesNames() && len(s.known) == 0 {
				problem.Kind = BadName
			}
			found = append(found, problem)
		}
	}
	for _, key := range s.Required {
		if c.doc.View.Pair(n, key) == nil {
			problem := Problem{Kind: MissingKey, Path: at.path, Span: n.Span, Node: n, Key: key}
			if at.pair != nil {
				problem.Span = at.pair.Key.Span
			} else if len(n.Pairs) > 0 {
				problem.Span = n.Pairs[0].Key.Span
			}
			found = append(found, problem)
		}
	}
	return found
}

func (c *checker) scalar(at place, s *schema) []Problem {
	n := at.node.Resolve()
	if len(s.Enum) > 0 {
		var want []string
		for _, allowed := range s.Enum {
			if fmt.Sprint(allowed) == n.Value {
				return nil
			}
			want = append(want, fmt.Sprint(allowed))
		}
		return []Problem{c.value(at, NotAllowed, want)}
	}
	if s.pattern != nil && typeOf(n) == "string" && !s.pattern.MatchString(n.Value) {
		return []Problem{c.value(at, NoMatch, []string{s.Pattern})}
	}
	if x, err := strconv.ParseFloat(n.Value, 64); err == nil && typeOf(n) != "string" {
		if s.Minimum != nil && x < *s.Minimum {
			return []Problem{c.value(at, OutOfRange, []string{fmt.Sprintf("at least %v", *s.Minimum)})}
		}
		if s.Maximum != nil && x > *s.Maximum {
			return []Problem{c.value(at, OutOfRange, []string{fmt.Sprintf("at most %v", *s.Maximum)})}
		}
	}
	return nil
}

// choose looks at alternatives. Where none fits, those for the type that the
// value has say what is wrong with it; where there are none, it is the type.
func (c *checker) choose(at place, alternatives []*schema) []Problem {
	var want []string
	var best []Problem
	for _, s := range alternatives {
		target := s
		if s.Ref != "" {
			target = c.root.definition(s.Ref)
		}
		if !fits(at.node.Resolve(), target.Type) {
			want = append(want, target.Type...)
			continue
		}
		found := c.check(at, s)
		if len(found) == 0 {
			return nil
		}
		if best == nil || deepest(found) > deepest(best) {
			best = found
		}
	}
	if best == nil && len(want) > 0 {
		return []Problem{c.value(at, WrongType, inWords(want))}
	}
	return best
}

func deepest(problems []Problem) int {
	n := 0
	for _, p := range problems {
		n = max(n, len(p.Path))
	}
	return n
}

// value is a problem of a whole value.
func (c *checker) value(at place, kind ProblemKind, want []string) Problem {
	p := Problem{Kind: kind, Path: at.path, Span: at.node.Span, Node: at.node, Want: want}
	if at.pair != nil && (p.Span.IsEmpty() || at.node.Kind != yaml.Scalar) {
		p.Span = at.pair.Key.Span
	}
	return p
}

// fits reports whether a value has one of the types; any does when there is none.
// Compose reads numbers and booleans out of strings where it wants them.
func fits(n *yaml.Node, types []string) bool {
	if len(types) == 0 {
		return true
	}
	have := typeOf(n)
	for _, t := range types {
		switch {
		case t == have, t == "number" && have == "integer":
			return true
		case have == "string" && (t == "number" || t == "integer"):
			if _, err := strconv.ParseFloat(n.Value, 64); err == nil {
				return true
			}
		case have == "string" && t == "boolean":
			if _, ok := newValue(n, n.Value, n.Span).Bool(); ok {
				return true
			}
		}
	}
	return false
}

// typeOf is a value's type in the words of JSON Schema.
func typeOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.Mapping:
		return "object"
	case yaml.Sequence:
		return "array"
	default:
	}
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return "boolean"
	case "!!int":
		return "integer"
	case "!!float":
		if x, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64); err == nil && x == float64(int64(x)) {
			return "integer"
		}
		return "number"
	}
	return "string"
}

// inWords gives types the names that people have for them.
func inWords(types []string) []string {
	var want []string
	for _, t := range types {
		switch t {
		case "array":
			t = "list"
		case "object":
			t = "mapping"
		case "integer":
			t = "number"
		}
		if !slices.Contains(want, t) {
			want = append(want, t)
		}
	}
	return want
}
