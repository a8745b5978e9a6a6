package dockerfile

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// nodeManifest is what package.json and the root of package-lock.json say of dependencies.
type nodeManifest struct {
	Dependencies         map[string]string `json:"dependencies"`
	DevDependencies      map[string]string `json:"devDependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
}

// lockMatches reports whether the lock file is there where a command works, next to the
// manifest, and was written for it: an install that enforces another one fails.
func lockMatches(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand, lock string) bool {
	s := p.Doc.StageOf(c.Instruction)
	movesFolder := c.HasFlag("--prefix", "-C", "--cwd", "--dir") || strings.Contains(p.Doc.Text(c.Instruction.Span), "cd ")
	if s == nil || movesFolder {
		return false
	}
	manifest, ok := p.Project.FileAt(s, c.Instruction, "package.json")
	if !ok {
		return false
	}
	locked, ok := p.Project.FileAt(s, c.Instruction, lock)
	if !ok {
		return false
	}
	var wanted nodeManifest
	if json.Unmarshal(manifest, &wanted) != nil {
		return false
	}
	if lock == "package-lock.json" {
		return npmLockMatches(wanted, locked)
	}
	return namesEach(wanted, string(locked))
}

// npmLockMatches compares the manifest with the copy of it in the lock file. The first
// version of the format has none, and names the packages alone.
func npmLockMatches(wanted nodeManifest, locked []byte) bool {
	var lock struct {
		Packages     map[string]nodeManifest    `json:"packages"`
		Dependencies map[string]json.RawMessage `json:"dependencies"`
	}
	if json.Unmarshal(locked, &lock) != nil {
		return false
	}
	if root, ok := lock.Packages[""]; ok {
		return maps.Equal(root.Dependencies, wanted.Dependencies) && maps.Equal(root.DevDependencies, wanted.DevDependencies) &&
			maps.Equal(root.OptionalDependencies, wanted.OptionalDependencies)
	}
	for _, group := range []map[string]string{wanted.Dependencies, wanted.DevDependencies, wanted.OptionalDependencies} {
		for name := range group {
			if _, ok := lock.Dependencies[name]; !ok {
				return false
			}
		}
	}
	return true
}

// namesEach reports whether a lock file of Yarn or pnpm has each package with the range
// that the manifest asks for.
func namesEach(wanted nodeManifest, lock string) bool {
	for _, group := range []map[string]string{wanted.Dependencies, wanted.DevDependencies, wanted.OptionalDependencies} {
		for name, versions := range group {
			if !strings.Contains(lock, name) || !strings.Contains(lock, versions) {
				return false
			}
		}
	}
	return true
}
