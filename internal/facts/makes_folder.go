package facts

import (
	"slices"
	"strings"
)

// MakesFolder reports whether a script, a Makefile or the like around the document makes a
// folder of that name, or sets its owner or mode.
func (p *Project) MakesFolder(name string) bool {
	for _, near := range p.textsNear() {
		if near.find(func(t *buildText) bool {
			return strings.Contains(t.src, name) && slices.ContainsFunc(t.lines(), func(line string) bool {
				return strings.Contains(line, name) && containsAny(line, "mkdir", "chown", "chmod", "install -d", "setfacl")
			})
		}) != "" {
			return true
		}
	}
	return false
}
