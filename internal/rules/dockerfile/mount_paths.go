package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// mountsPath reports whether a RUN mounts a cache whose target holds a word.
func mountsPath(in *dockerfile.Instruction, word string) bool {
	for _, m := range facts.Mounts(in) {
		if m.Type == "cache" && (strings.Contains(m.Target, word) || strings.HasSuffix(m.Target, "/.cache")) {
			return true
		}
	}
	return false
}
