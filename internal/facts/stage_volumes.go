package facts

import (
	"path"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Volume is a folder that VOLUME names.
type Volume struct {
	// Path is absolute and clean.
	Path        string
	Instruction *dockerfile.Instruction
}

// Volumes are the folders that VOLUME names in the stage and in those that it builds on,
// as far as they are known.
func (s *Stage) Volumes() []Volume {
	var found []Volume
	for _, x := range s.Chain() {
		for _, in := range x.Own("volume") {
			for _, w := range in.Words {
				if value, known := s.doc.Expand(in, unquoted(w.Text)); known && path.IsAbs(value) {
					found = append(found, Volume{path.Clean(value), in})
				}
			}
		}
	}
	return found
}

// SetVariables are the variables that ENV sets in the stage and in those that it builds on,
// each with the value that containers get.
func (s *Stage) SetVariables() []Variable {
	var found []Variable
	end, seen := s.EndScope(), map[string]bool{}
	for _, x := range s.Chain() {
		for _, in := range x.Own("env") {
			for _, pair := range in.Pairs {
				v, ok := end.Lookup(pair.Key)
				if ok && v.IsEnv && !seen[pair.Key] {
					seen[pair.Key] = true
					found = append(found, v)
				}
			}
		}
	}
	return found
}
