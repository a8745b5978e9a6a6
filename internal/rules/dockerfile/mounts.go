package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

func hasSecretMount(in *dockerfile.Instruction) bool {
	for _, f := range in.Flags {
		if kind, _, _ := facts.MountOption(f, "type"); f.Name == "mount" && kind == "secret" {
			return true
		}
	}
	return false
}

func hasMount(in *dockerfile.Instruction) bool {
	for _, f := range in.Flags {
		if f.Name == "mount" {
			return true
		}
	}
	return false
}
