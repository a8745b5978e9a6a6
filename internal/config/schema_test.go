package config

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	src, err := Schema(catalog())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaAgrees shows that editors and the parser accept the same.
func TestSchemaAgrees(t *testing.T) {
	s := compiled(t)
	tests := []struct {
		src string
		ok  bool
	}{
		{sample, true},
		{"rules:\nexclude:\n", true},
		{"rules: {DS001: {tags: [a]}, SCxxxx: off, old-rule: off}", true},
		{"rules: {security: error, all: off, latest-tag: false}", true},
		{"rules: {security: {severity: info}}", true},
		{"rules: {security: {tags: [a]}}", false},
		{"rules: {latest-tag: true}", false},
		{"rules: {securty: error}", false},
		{"baseline: a.json", true},
		{"baseline: [a.json]", false},
		{"rulez: {}", false},
		{"fix: {unsaf: true}", false},
		{"rules: {lattest-tag: off}", false},
		{"rules: {latest-tag: {tag: [a]}}", false},
		{"rules: {latest-tag: {limit: x}}", false},
		{"rules: {untagged-image: {tags: [a]}}", false},
		{"rules: {latest-tag: fatal}", false},
		{"rules: {SC20866: off}", false},
		{"overrides: [{rules: {}}]", false},
		{"pin: {cooldown-days: -1}", false},
		{"presets: [x]", false},
		{"exclude: [1]", false},
	}
	for _, tt := range tests {
		// A setting is off, the word, to the parser and to editors alike.
		var doc any
		if err := yaml.Load([]byte(tt.src), &doc); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); (err == nil) != tt.ok {
			t.Errorf("schema, %q: %v, want ok %v", tt.src, err, tt.ok)
		}
		if _, err := Parse("c.yaml", []byte(tt.src), catalog()); (err == nil) != tt.ok {
			t.Errorf("parser, %q: %v, want ok %v", tt.src, err, tt.ok)
		}
	}
}

func TestSchemaIsDeterministic(t *testing.T) {
	a, err := Schema(catalog())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Schema(catalog())
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("two schemas of the same rules differ (error %v)", err)
	}
}
