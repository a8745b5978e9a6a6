package lsp

import (
	"encoding/json"
	"sync"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/rules"
)

// schema is the part of a JSON Schema that says what may be written.
type schema struct {
	Description string             `json:"description"`
	Ref         string             `json:"$ref"`
	Type        json.RawMessage    `json:"type"`
	Enum        []string           `json:"enum"`
	AnyOf       []*schema          `json:"anyOf"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Additional  json.RawMessage    `json:"additionalProperties"`
	Defs        map[string]*schema `json:"$defs"`

	// root is the whole schema, rest that of keys which are not listed.
	root, rest *schema
}

// configSchema is the schema of .dockmend.yaml.
var configSchema = sync.OnceValues(func() (*schema, error) { //nolint:gochecknoglobals // it is made once
	src, err := config.Schema(rules.All().Metas())
	if err != nil {
		return nil, err
	}
	s := new(schema)
	if err := json.Unmarshal(src, s); err != nil {
		return nil, err
	}
	s.rooted(s)
	return s, nil
})

// rooted tells all parts of a schema what they are parts of.
func (s *schema) rooted(root *schema) {
	if s == nil {
		return
	}
	s.root = root
	for _, part := range s.AnyOf {
		part.rooted(root)
	}
	for _, parts := range []map[string]*schema{s.Properties, s.Defs} {
		for _, part := range parts {
			part.rooted(root)
		}
	}
	s.Items.rooted(root)
	if rest := new(schema); len(s.Additional) > 0 && json.Unmarshal(s.Additional, rest) == nil {
		s.rest = rest
		rest.rooted(root)
	}
}

// forms are the schemas of which one holds: those of references and choices, too.
func (s *schema) forms() (all []*schema) {
	if s == nil {
		return nil
	}
	const prefix = "#/$defs/"
	all = append(all, s)
	if len(s.Ref) > len(prefix) {
		all = append(all, s.root.Defs[s.Ref[len(prefix):]].forms()...)
	}
	for _, one := range s.AnyOf {
		all = append(all, one.forms()...)
	}
	return all
}

// child is the schema of a key's value; nil for none. Items of a list have the keys of the
// list.
func (s *schema) child(key string) *schema {
	for _, form := range s.forms() {
		if found := form.Properties[key]; found != nil {
			return found
		}
		if form.Items != nil {
			if found := form.Items.child(key); found != nil {
				return found
			}
		}
		if form.rest != nil {
			return form.rest
		}
	}
	return nil
}

func (s *schema) below(keys []string) *schema {
	for _, key := range keys {
		s = s.child(key)
	}
	return s
}

// keys are the keys that a mapping may have.
func (s *schema) keys() (items []completionItem) {
	for _, form := range s.forms() {
		for _, key := range sortedKeys(form.Properties) {
			items = append(items, completionItem{Label: key, Kind: itemProperty, Detail: form.Properties[key].Description, FilterText: key + ": "})
		}
		if form.Items != nil {
			items = append(items, form.Items.keys()...)
		}
	}
	return items
}

// values are the values that may be written, where they are few.
func values(s *schema) (items []completionItem) {
	for _, form := range s.forms() {
		for _, value := range form.Enum {
			items = append(items, completionItem{Label: value, Kind: itemValue})
		}
		if string(form.Type) == `["boolean"]` {
			items = append(items, completionItem{Label: "true", Kind: itemValue}, completionItem{Label: "false", Kind: itemValue})
		}
		if form.Items != nil {
			items = append(items, values(form.Items)...)
		}
	}
	return items
}
