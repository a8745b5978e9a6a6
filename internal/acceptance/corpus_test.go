package acceptance

import (
	"bytes"
	"os"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// TestCorpus holds a run over many real files to its promises: nothing crashes,
// and a file that BuildKit refuses as a whole is linted all the same.
func TestCorpus(t *testing.T) {
	if os.Getenv("DOCKMEND_CORPUS") == "" {
		t.Skip("DOCKMEND_CORPUS is not set: the corpus was not linted")
	}
	c := load(t)
	result := c.lintAll(t)
	for _, p := range result.Problems {
		t.Errorf("%s: %s", p.File, p.Message)
	}
	said := map[string]int{}
	for _, d := range result.Diagnostics {
		if d.Rule.ID != "syntax-error" && d.Rule.ID != "unknown-instruction" {
			said[d.Source.Path]++
		}
	}
	refused, linted, readable := 0, 0, 0
	for i, src := range c.files {
		if accepted(src) {
			continue
		}
		refused++
		if len(dockerfile.Parse(src).Instructions) > 0 {
			readable++
		}
		if said[c.names[i]] > 0 {
			linted++
		}
	}
	t.Logf("%d files, %d findings; BuildKit refuses to parse %d files, of which %d have instructions here and %d have findings beside the error",
		len(c.files), len(result.Diagnostics), refused, readable, linted)
}

// accepted reports whether BuildKit reads a file as a whole.
func accepted(src []byte) bool {
	result, err := parser.Parse(bytes.NewReader(src))
	if err == nil {
		_, _, err = instructions.Parse(result.AST, linter.New(&linter.Config{SkipAll: true}))
	}
	return err == nil
}
