package prove

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// overLimit says which bound a file exceeds; empty for all that people write.
// BuildKit's compiler has none of its own.
func overLimit(doc *facts.Dockerfile) string {
	switch n := len(doc.Instructions); {
	case doc.Limit != "":
		return doc.Limit
	case len(doc.Src) > limits.CompiledFile:
		return fmt.Sprintf("the file has more than the limit of %d bytes", limits.CompiledFile)
	case n > limits.CompiledInstructions:
		return fmt.Sprintf("it has more than %d instructions", limits.CompiledInstructions)
	}
	seen := variablesSeen{}
	for _, in := range doc.Instructions {
		if seen.add(in); seen.total > limits.CompiledVariables {
			return fmt.Sprintf("its instructions see more than %d variables in all", limits.CompiledVariables)
		}
		if in.Keyword == "run" && nestedDeep(doc.Text(in.Span)) {
			return fmt.Sprintf("its variables are nested more than %d levels deep", limits.VariableDepth)
		}
	}
	if _, why := doc.Unexpanded(); why != "" {
		return why
	}
	return expandsTooFar(doc.Document, nil)
}

// variablesSeen counts the variables that instructions see, each for each instruction
// and for each value that it sets.
type variablesSeen struct{ total, known int }

func (v *variablesSeen) add(in *dockerfile.Instruction) {
	v.total += (1 + len(in.Pairs)) * v.known
	if in.Keyword == "arg" || in.Keyword == "env" {
		v.total += len(in.Pairs) * len(in.Pairs) / 2 // they see each other
		v.known += len(in.Pairs)
	}
}

// nestedDeep reports whether "${" stands in itself more often than the limit
// allows. The compiler expands a RUN for the name of its step, though no shell sees
// that.
func nestedDeep(text string) bool {
	depth := 0
	for i := range len(text) {
		switch {
		case text[i] == '{' && i > 0 && text[i-1] == '$':
			depth++
		case text[i] == '}':
			depth = max(depth-1, 0)
		}
		if depth > limits.VariableDepth {
			return true
		}
	}
	return false
}

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
