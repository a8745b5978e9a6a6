package dockerfile

import (
	"encoding/json"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// nodeInstall reads a command as an installation of what package.json names.
func nodeInstall(c *facts.Command) (pkg facts.PackageCommand, ok bool) {
	pkg, ok = facts.Packages(c)
	if !ok && c.Name() == "yarn" && len(c.Words) == 1 {
		return facts.PackageCommand{Command: c, Manager: "yarn", Action: "install"}, true
	}
	if !ok || (pkg.Manager != "npm" && pkg.Manager != "yarn" && pkg.Manager != "pnpm") {
		return pkg, false
	}
	switch pkg.Action {
	case "install", "i", "ci", "clean-install":
		return pkg, len(pkg.Packages) == 0 && !c.HasFlag("-g", "--global", "--package-lock-only", "--lockfile-only", "--dry-run")
	}
	return pkg, false
}

// manifest is the part of package.json that rules read.
type manifest struct {
	Scripts         map[string]string `json:"scripts"`
	DevDependencies map[string]string `json:"devDependencies"`
	PackageManager  string            `json:"packageManager"`
}

// runsAtInstall reports whether an installation runs a script of the project, which may need
// the development packages, or looks at NODE_ENV, which an installation without them sets.
func (m manifest) runsAtInstall() bool {
	for _, hook := range []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"} {
		if m.Scripts[hook] != "" {
			return true
		}
	}
	return false
}

// readManifest reads the package.json that a stage copies.
func readManifest(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) (m manifest, ok bool) {
	path := "package.json"
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if sources, _, whole := copyWords(in); whole && in.Keyword == "copy" && !isFromElsewhere(in) {
				for _, w := range sources {
					if name := bare(w.Text); baseName(name) == "package.json" {
						path = strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/")
					}
				}
			}
		}
	}
	src, err := p.Files.ReadFile(path)
	if err != nil || json.Unmarshal(src, &m) != nil {
		return m, false
	}
	return m, true
}
