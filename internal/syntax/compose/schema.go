package compose

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
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
	// OtherProblem: Message says it.
	OtherProblem
)

// Problem is a place where the file does not fit the Compose specification.
type Problem struct {
	Kind ProblemKind
	// Path leads to the value; for an unknown or missing key, to the mapping.
	Path []string
	// Span is the key for UnknownKey and BadName, what the mapping belongs to for
	// MissingKey, and the value otherwise.
	Span text.Span
	// Key is the unknown or missing key.
	Key string
	// Known are the keys that the mapping may have, sorted.
	Known []string
	// Want is what fits, in words: "string", "list", "mapping", "number".
	Want []string
	// Message is the schema library's wording, for OtherProblem.
	Message string
}

// maxProblems is how many problems of a file are told.
const maxProblems = 200

// compiled is the schema of the Compose specification. Compiling it costs as
// much as reading many files, so it is done once, and only when one is held
// against it.
var compiled = sync.OnceValues(compileSchema) //nolint:gochecknoglobals // compiled on first use, never changed

type compiledSchema struct {
	schema *jsonschema.Schema
	// raw is the schema as data, to look up which keys there are.
	raw any
}

// schemaURL names the schema; a relative name would have the working directory
// put before it.
const schemaURL = "schema:///compose-spec.json"

func compileSchema() (*compiledSchema, error) {
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.Schema))
	if err != nil {
		return nil, fmt.Errorf("read the Compose specification: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{}) // nothing is fetched
	if err := c.AddResource(schemaURL, raw); err != nil {
		return nil, fmt.Errorf("read the Compose specification: %w", err)
	}
	// As compose-go does; durations are read by the rules that ask for them.
	c.RegisterFormat(&jsonschema.Format{Name: "duration", Validate: func(any) error { return nil }})
	s, err := c.Compile(schemaURL)
	if err != nil {
		return nil, fmt.Errorf("compile the Compose specification: %w", err)
	}
	return &compiledSchema{schema: s, raw: raw}, nil
}

// Problems holds the document, aliases and merge keys resolved, against the
// schema of the Compose specification. Scalars with variables are left out:
// nobody knows what they become. It fails only when the schema does.
func (d *Document) Problems() ([]Problem, error) {
	if d.Root == nil {
		return nil, nil
	}
	s, err := compiled()
	if err != nil {
		return nil, err
	}
	data := d.View.Value(d.Root, nil)
	if d.View.Err() != nil {
		return nil, nil // more than can be read: View tells it
	}
	var refused *jsonschema.ValidationError
	if !errors.As(s.schema.Validate(data), &refused) {
		return nil, nil
	}
	c := &collector{doc: d, schema: s, told: map[string]bool{}}
	c.walk(refused)
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	return c.problems, nil
}

// collector makes problems of the library's tree of errors.
type collector struct {
	doc      *Document
	schema   *compiledSchema
	told     map[string]bool
	problems []Problem
}

func (c *collector) walk(e *jsonschema.ValidationError) {
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Reference, *kind.AllOf, *kind.Group:
		for _, cause := range e.Causes {
			c.walk(cause)
		}
	case *kind.OneOf, *kind.AnyOf:
		c.choose(e)
	case *kind.FalseSchema:
		// Where another part of the schema fails, the library takes all keys for
		// unknown.
		if n := len(e.InstanceLocation); n > 0 {
			c.unknown(e.InstanceLocation[:n-1], e.InstanceLocation[n-1], e.SchemaURL)
		}
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			c.unknown(e.InstanceLocation, key, e.SchemaURL)
		}
	case *kind.UniqueItems:
		// Compose drops what a list has twice before it looks.
	case *kind.Required:
		for _, key := range k.Missing {
			c.add(Problem{Kind: MissingKey, Path: e.InstanceLocation, Key: key})
		}
	case *kind.Type:
		c.wrongType(e.InstanceLocation, k.Want)
	case *kind.Enum:
		var want []string
		for _, w := range k.Want {
			want = append(want, fmt.Sprint(w))
		}
		c.add(Problem{Kind: NotAllowed, Path: e.InstanceLocation, Want: want})
	default:
		c.add(Problem{Kind: OtherProblem, Path: e.InstanceLocation, Message: e.ErrorKind.LocalizedString(message.NewPrinter(language.English))})
	}
}

// choose looks at the alternatives of which none fits: those for the type that
// the value has say what is wrong with it; where there are none, it is the type.
func (c *collector) choose(e *jsonschema.ValidationError) {
	var want []string
	var best *jsonschema.ValidationError
	for _, cause := range e.Causes {
		if types := typesAt(cause, len(e.InstanceLocation)); types != nil {
			want = append(want, types...)
		} else if best == nil || depth(cause) > depth(best) {
			best = cause
		}
	}
	switch {
	case best != nil:
		c.walk(best)
	case len(want) > 0:
		c.wrongType(e.InstanceLocation, want)
	case len(e.Causes) > 0:
		c.walk(e.Causes[0])
	}
}

// typesAt are the types that an alternative wants of the value itself, nil
// when its complaint is another one.
func typesAt(e *jsonschema.ValidationError, location int) []string {
	for {
		if k, ok := e.ErrorKind.(*kind.Type); ok && len(e.InstanceLocation) == location {
			return k.Want
		}
		if _, ok := e.ErrorKind.(*kind.Reference); !ok || len(e.Causes) != 1 {
			return nil
		}
		e = e.Causes[0]
	}
}

// depth is how far down an error's deepest cause lies.
func depth(e *jsonschema.ValidationError) int {
	deepest := len(e.InstanceLocation)
	for _, cause := range e.Causes {
		deepest = max(deepest, depth(cause))
	}
	return deepest
}

func (c *collector) wrongType(path, types []string) {
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
	// Compose reads numbers and booleans out of strings where it wants them.
	if n := c.doc.View.Get(c.doc.Root, path...).Resolve(); n != nil && n.Kind == yaml.Scalar && n.Tag == "!!str" {
		if _, err := strconv.ParseFloat(n.Value, 64); err == nil && slices.Contains(want, "number") {
			return
		}
		if _, ok := c.doc.Value(n).Bool(); ok && slices.Contains(want, "boolean") {
			return
		}
	}
	c.add(Problem{Kind: WrongType, Path: path, Want: want})
}

func (c *collector) unknown(path []string, key, url string) {
	known, named := c.schema.keysAt(url)
	if slices.Contains(known, key) || strings.HasPrefix(key, "x-") {
		return
	}
	p := Problem{Kind: UnknownKey, Path: path, Key: key, Known: known}
	if len(known) == 0 && named {
		p.Kind = BadName
	}
	c.add(p)
}

func (c *collector) add(p Problem) {
	id := fmt.Sprintf("%d %q %q", p.Kind, p.Path, p.Key)
	if c.told[id] || len(c.problems) >= maxProblems {
		return
	}
	c.told[id] = true
	n := c.doc.View.Get(c.doc.Root, p.Path...)
	if n == nil {
		return // taken away by !reset
	}
	switch p.Kind {
	case UnknownKey, BadName:
		pair := c.doc.View.Pair(n, p.Key)
		if pair == nil {
			return
		}
		p.Span = pair.Key.Span
	case MissingKey:
		p.Span = n.Span
		if pair := n.Pair(); pair != nil {
			p.Span = pair.Key.Span
		} else if r := n.Resolve(); len(r.Pairs) > 0 {
			p.Span = r.Pairs[0].Key.Span
		}
	default:
		if v := c.doc.Value(n); v.Exists() && v.Template.HasVariables() {
			return
		}
		p.Span = n.Span
		if pair := n.Pair(); pair != nil && (n.Span.IsEmpty() || n.Kind != yaml.Scalar) {
			p.Span = pair.Key.Span // rather than a whole section
		}
	}
	c.problems = append(c.problems, p)
}

// keysAt lists the keys that the schema at a place has by name; named tells
// that it takes names by a pattern.
func (s *compiledSchema) keysAt(url string) (keys []string, named bool) {
	_, pointer, _ := strings.Cut(url, "#")
	at := s.raw
	steps := strings.Split(strings.Trim(pointer, "/"), "/")
	if n := len(steps); n > 0 && (steps[n-1] == "unevaluatedProperties" || steps[n-1] == "additionalProperties") {
		steps = steps[:n-1]
	}
	for _, step := range steps {
		at = child(at, step)
	}
	s.collectKeys(at, &keys, &named, 0)
	slices.Sort(keys)
	return slices.Compact(keys), named
}

func child(at any, step string) any {
	switch x := at.(type) {
	case map[string]any:
		if step == "" {
			return x
		}
		return x[unescapePointer(step)]
	case []any:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(x) {
			return x[i]
		}
	}
	return nil
}

// unescapePointer reads a step of a JSON pointer in a URL.
func unescapePointer(step string) string {
	var b strings.Builder
	for i := 0; i < len(step); i++ {
		if step[i] == '%' && i+2 < len(step) {
			if n, err := strconv.ParseUint(step[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(step[i])
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(b.String())
}

// collectKeys adds the keys of a schema and of those that it is made of.
func (s *compiledSchema) collectKeys(at any, keys *[]string, named *bool, depth int) {
	m, ok := at.(map[string]any)
	if !ok || depth > 5 {
		return
	}
	if properties, ok := m["properties"].(map[string]any); ok {
		for key := range properties {
			*keys = append(*keys, key)
		}
	}
	if patterns, ok := m["patternProperties"].(map[string]any); ok {
		for pattern := range patterns {
			*named = *named || pattern != "^x-"
		}
	}
	if ref, ok := m["$ref"].(string); ok {
		target := s.raw
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			target = child(target, step)
		}
		s.collectKeys(target, keys, named, depth+1)
	}
	if all, ok := m["allOf"].([]any); ok {
		for _, part := range all {
			s.collectKeys(part, keys, named, depth+1)
		}
	}
}
