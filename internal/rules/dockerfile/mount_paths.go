package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// mountsPath tells whether a RUN mounts a cache whose target holds a word.
func mountsPath(in *dockerfile.Instruction, word string) bool {
	for _, f := range in.Flags {
		kind, _, _ := facts.MountOption(f, "type")
		target, _, _ := facts.MountOption(f, "target")
		if f.Name == "mount" && kind == "cache" && (strings.Contains(target, word) || strings.HasSuffix(target, "/.cache")) {
			return true
		}
	}
	return false
}
