package config

import (
	"encoding/json"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
)

// schema is the part of JSON Schema that a configuration needs.
type schema struct {
	Dialect           string             `json:"$schema,omitempty"`
	ID                string             `json:"$id,omitempty"`
	Title             string             `json:"title,omitempty"`
	Description       string             `json:"description,omitempty"`
	Ref               string             `json:"$ref,omitempty"`
	Type              types              `json:"type,omitempty"`
	Enum              []string           `json:"enum,omitempty"`
	Const             *bool              `json:"const,omitempty"`
	AnyOf             []*schema          `json:"anyOf,omitempty"`
	Pattern           string             `json:"pattern,omitempty"`
	Minimum           *int               `json:"minimum,omitempty"`
	Maximum           *int               `json:"maximum,omitempty"`
	MaxLength         int                `json:"maxLength,omitempty"`
	Items             *schema            `json:"items,omitempty"`
	MaxItems          int                `json:"maxItems,omitempty"`
	Properties        map[string]*schema `json:"properties,omitempty"`
	PatternProperties map[string]*schema `json:"patternProperties,omitempty"`
	Additional        *additional        `json:"additionalProperties,omitempty"`
	MaxProperties     int                `json:"maxProperties,omitempty"`
	Required          []string           `json:"required,omitempty"`
	Defs              map[string]*schema `json:"$defs,omitempty"`
}

// types lists the types that a value may have.
type types []string

// orNull lets a list or a map be left empty after its key.
func orNull(name string) types { return types{name, "null"} }

// additional is the schema of keys that are not listed; without one they are refused.
type additional struct{ *schema }

// MarshalJSON writes the schema, or false.
func (a additional) MarshalJSON() ([]byte, error) {
	if a.schema == nil {
		return []byte("false"), nil
	}
	return json.Marshal(a.schema)
}

func textSchema() *schema { return &schema{Type: types{"string"}, MaxLength: maxText} }

func objectSchema(fields []field) *schema {
	s := &schema{Type: orNull("object"), Properties: map[string]*schema{}, Additional: &additional{}}
	for _, f := range fields {
		s.Properties[f.name] = describe(f.value.schema(), f.doc)
	}
	return s
}

func describe(s *schema, doc string) *schema {
	s.Description = doc
	return s
}

// settingSchema is that of a rule's setting. Rules without options share one.
func settingSchema(targets []target) *schema {
	s := &schema{Ref: "#/$defs/setting"}
	if options := optionsOf(targets); len(options) > 0 {
		s = withOptions(options)
	}
	if len(targets) == 1 {
		s.Description = targets[0].meta.Title
	}
	return s
}

func withOptions(options []lint.Option) *schema {
	properties := map[string]*schema{"severity": {Ref: "#/$defs/level"}}
	for _, o := range options {
		properties[o.Name] = describe(optionSchema(o.Kind), fmt.Sprintf("%s. Default: %s%s.", o.Doc, o.Default(), o.ByPreset()))
	}
	return &schema{AnyOf: []*schema{
		{Ref: "#/$defs/level"},
		{Type: types{"object"}, Properties: properties, Additional: &additional{}},
	}}
}

func optionSchema(kind lint.OptionKind) *schema {
	switch kind {
	case lint.BoolOption:
		return flag{}.schema()
	case lint.IntOption:
		return number{least: -maxNumber, most: maxNumber}.schema()
	case lint.ListOption:
		return list{}.schema()
	default:
		return textSchema()
	}
}

// Schema is the JSON Schema, draft 2020-12, of a configuration of ours. The
// same rules give the same bytes.
func Schema(metas []*lint.Meta) ([]byte, error) {
	s := objectSchema(fields(&Config{}, newNames(metas)))
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	s.ID = "https://json.schemastore.org/dockmend.json"
	s.Title = ".dockmend.yaml"
	s.Description = "The configuration of dockmend."
	no := false
	s.Defs = map[string]*schema{
		"level":   {AnyOf: []*schema{{Enum: levels()}, {Const: &no}}},
		"setting": withOptions(nil),
	}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema of the configuration: %w", err)
	}
	return append(out, '\n'), nil
}
