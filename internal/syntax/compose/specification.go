package compose

import (
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// specificationText is compose-go's schema of the Compose specification, as it
// is (Apache-2.0); a test holds it against the module that go.mod names. It is
// read here, by few lines, because the schema library that compose-go uses
// compiles its meta-schemas whenever a program that links it starts: that would
// double the start-up of every run, those without a compose file too.
//
//go:embed compose-spec.json
var specificationText []byte

// specification is read on first use: it costs as much as some files do.
var specification = sync.OnceValues(readSpecification) //nolint:gochecknoglobals // read once, never changed

// schema is a JSON Schema, as far as the Compose specification uses the
// language; the reading fails for keywords that are not here.
type schema struct {
	Ref                   string             `json:"$ref"`
	Type                  words              `json:"type"`
	Properties            map[string]*schema `json:"properties"`
	PatternProperties     map[string]*schema `json:"patternProperties"`
	AdditionalProperties  *bool              `json:"additionalProperties"`
	UnevaluatedProperties *bool              `json:"unevaluatedProperties"`
	AllOf                 []*schema          `json:"allOf"`
	AnyOf                 []*schema          `json:"anyOf"`
	OneOf                 []*schema          `json:"oneOf"`
	Items                 *schema            `json:"items"`
	Required              []string           `json:"required"`
	Enum                  []any              `json:"enum"`
	Pattern               string             `json:"pattern"`
	Minimum               *float64           `json:"minimum"`
	Maximum               *float64           `json:"maximum"`
	Defs                  map[string]*schema `json:"$defs"`

	// What follows says nothing about a value, or nothing that Compose holds to:
	// it drops what a list has twice before it looks.
	Version     string `json:"$schema"`
	ID          string `json:"$id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Default     any    `json:"default"`
	Deprecated  bool   `json:"deprecated"`
	UniqueItems bool   `json:"uniqueItems"`

	// The rest is made when the schema is read. named are the patterns of names,
	// known all keys that have a name, those of allOf included, sorted.
	named   []named
	pattern *regexp.Regexp
	known   []string
}

type named struct {
	pattern *regexp.Regexp
	schema  *schema
}

// words is a word or a list of words.
type words []string

// UnmarshalJSON reads either form.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

func readSpecification() (*schema, error) { return readSchema(specificationText) }

func readSchema(src []byte) (*schema, error) {
	d := json.NewDecoder(strings.NewReader(string(src)))
	d.DisallowUnknownFields()
	root := &schema{}
	if err := d.Decode(root); err != nil {
		return nil, fmt.Errorf("read the Compose specification: %w", err)
	}
	if err := root.prepare(root); err != nil {
		return nil, fmt.Errorf("read the Compose specification: %w", err)
	}
	return root, nil
}

// prepare resolves and compiles what can be before values are looked at.
func (s *schema) prepare(root *schema) error {
	for _, children := range []map[string]*schema{s.Defs, s.Properties, s.PatternProperties} {
		for _, c := range children {
			if err := c.prepare(root); err != nil {
				return err
			}
		}
	}
	for _, c := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf, []*schema{s.Items}) {
		if c != nil {
			if err := c.prepare(root); err != nil {
				return err
			}
		}
	}
	if s.Ref != "" && root.definition(s.Ref) == nil {
		return fmt.Errorf("%s is not defined", s.Ref)
	}
	for _, text := range slices.Sorted(maps.Keys(s.PatternProperties)) {
		p, err := regexp.Compile(text)
		if err != nil {
			return err
		}
		s.named = append(s.named, named{pattern: p, schema: s.PatternProperties[text]})
	}
	if s.Pattern != "" {
		var err error
		if s.pattern, err = regexp.Compile(s.Pattern); err != nil {
			return err
		}
	}
	s.known = slices.Collect(maps.Keys(s.Properties))
	for _, part := range s.AllOf {
		if part.Ref != "" {
			part = root.definition(part.Ref)
		}
		s.known = slices.AppendSeq(s.known, maps.Keys(part.Properties))
	}
	slices.Sort(s.known)
	s.known = slices.Compact(s.known)
	return nil
}

// definition is what "#/$defs/name" refers to.
func (s *schema) definition(ref string) *schema {
	return s.Defs[strings.TrimPrefix(ref, "#/$defs/")]
}

// takesNames reports whether keys of any name are allowed, if they match a
// pattern; that of extensions does not count.
func (s *schema) takesNames() bool {
	return slices.ContainsFunc(s.named, func(n named) bool { return n.pattern.String() != "^x-" })
}
