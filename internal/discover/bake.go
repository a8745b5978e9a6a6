package discover

import "github.com/dockmend/dockmend/internal/syntax/bake"

// bakeTargets reads a bake file in HCL: of each target what it writes out, with
// variables that have a literal default put in. What a target inherits is taken from
// the targets that it names (Docker's documentation, "Bake file reference").
func bakeTargets(src []byte) []build {
	var all []build
	contexts := map[string]build{}
	for _, b := range bake.Parse(src).Blocks {
		if b.Kind != "target" || b.Name == "" {
			continue
		}
		t := build{Context: textOf(b, "context"), Dockerfile: textOf(b, "dockerfile")}
		if a := b.Get("inherits"); a != nil {
			for _, parent := range a.Value.Items {
				if t.Context == "" {
					t.Context = contexts[parent.Text].Context
				}
				if t.Dockerfile == "" {
					t.Dockerfile = contexts[parent.Text].Dockerfile
				}
			}
		}
		contexts[b.Name] = t
		all = append(all, t)
	}
	return all
}

// textOf is the text of an attribute as far as it is known; empty where it is not.
func textOf(b *bake.Block, name string) string {
	if a := b.Get(name); a != nil && a.Value.Known {
		return a.Value.Text
	}
	return ""
}
