package compose

import "github.com/dockmend/dockmend/internal/syntax/yaml"

// isSet reports whether a pair is there and has a value in effect.
func isSet(p *yaml.Pair) bool {
	return p != nil && !p.Value.IsNull() && p.Value.Resolve().Tag != "!reset"
}
