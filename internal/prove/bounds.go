package prove

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// unknownValue is how long a value is taken to be that a build gives, at least.
const unknownValue = 100

// expandsTooFar says why a file is not compiled with these build arguments, or
// with values for those that have none; empty for one whose variables stay within
// the bound. The compiler has none: a few dozen lines that double a value would
// take all memory.
func expandsTooFar(d *dockerfile.Document, args map[string]string) string {
	longest := map[string]int{}
	for name, value := range args {
		longest[name] = len(value)
	}
	total := 0
	for _, in := range d.Instructions {
		if in.Keyword == "run" && len(in.Flags) == 0 {
			continue // nothing is expanded
		}
		src := d.Text(in.Span)
		if strings.IndexByte(src, '$') >= 0 {
			total += expanded(src, d.Escape, longest)
		}
		for _, pair := range in.Pairs {
			if n := expanded(pair.Value, d.Escape, longest); in.Keyword == "arg" || in.Keyword == "env" {
				longest[pair.Key] = max(longest[pair.Key], n)
				total += n
			}
		}
		if total > limits.CompiledBytes {
			return fmt.Sprintf("its variables expand to more than %d bytes", limits.CompiledBytes)
		}
	}
	return ""
}

// expanded is how long a text may become, at most.
func expanded(text string, escape byte, longest map[string]int) int {
	n := len(text)
	for _, use := range facts.VariableUses(text, escape) {
		grown := max(longest[use.Name], unknownValue)
		if rest := text[min(use.Start+2+len(use.Name), len(text)):]; strings.HasPrefix(rest, "/") {
			grown *= 1 + len(text) // ${X/a/b}: each byte may become another text
		}
		if n += grown; n > limits.CompiledBytes {
			return limits.CompiledBytes + 1
		}
	}
	return n
}
