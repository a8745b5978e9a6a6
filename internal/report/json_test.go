package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestSchema validates real reports, and shows that the schema names every
// field that they have.
func TestSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	closed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	forbidUnknown(closed)
	for name, d := range map[string]any{"schema": document, "schema without unknown fields": closed} {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		if err := compiler.AddResource("report.json", d); err != nil {
			t.Fatal(err)
		}
		compiled, err := compiler.Compile("report.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []*lint.Result{sample(t), hostile(t), {}} {
			report, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, "json", Options{Version: "0.1.0"}, r)))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(report); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := compiled.Validate(map[string]any{"version": json.Number("2")}); err == nil {
			t.Errorf("%s accepts another version", name)
		}
	}
}

// forbidUnknown closes every object of a schema.
func forbidUnknown(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			forbidUnknown(child)
		}
	case []any:
		for _, child := range node {
			forbidUnknown(child)
		}
	}
}

func TestSchemaIsACopy(t *testing.T) {
	Schema()[0] = 'x'
	if Schema()[0] != '{' {
		t.Error("a caller can change the schema")
	}
}
