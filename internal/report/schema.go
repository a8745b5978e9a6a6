package report

import (
	"bytes"
	_ "embed" // for the schema, which is kept as a file that editors can check
)

//go:embed report.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of what the format "json" writes.
// It allows unknown fields: a minor release may add some.
func Schema() []byte { return bytes.Clone(schema) }
