package dockerfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// NodeDevDependenciesInFinal finds npm ci, npm install and the like in the stage
// that becomes the image, with the development packages: compilers, linters and
// test tools go along.
//
// Silent where the packages are left out by a flag or by NODE_ENV, or pruned in
// the stage; where a script runs later in the stage, which may need them, but for a build
// whose result node starts; for
// images that start through npm with a package.json that nobody can read, or one
// whose start script names such a package; and where package.json has none.
//
// In files for development or tests it is excused: an info, off by default, without a fix.
var NodeDevDependenciesInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "node-dev-dependencies-in-final",
		Title:      "The image holds development packages",
		Category:   lint.Size,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Variants:   []string{excused},
		OptIn:      []string{excused},
		Aliases:    lint.Names("DF031"),
		Needs:      lint.NeedsContext,
	},
	Check: checkNodeDevDependenciesInFinal,
}

func checkNodeDevDependenciesInFinal(p *facts.Pass[*facts.Dockerfile]) {
	if !mentions(p.Doc, "npm", "yarn") {
		return
	}
	start, ok := startOf(p.Doc)
	if !ok || developmentServer(start) != "" || !startsWithoutDev(p, start) {
		return
	}
	var found []facts.PackageCommand
	var tool *facts.Command
	for _, s := range start.stage.Chain() {
		if isDevelopment(s) {
			return
		}
		for _, in := range s.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for i, c := range p.Doc.Commands(in) {
				pkg, isInstall := nodeInstall(c)
				switch {
				case isInstall && !leavesDevOut(p.Doc, pkg) && !slices.ContainsFunc(p.Doc.Commands(in)[i+1:], prunesDev):
					found = append(found, pkg)
				case prunesDev(c):
					return // in a layer of its own it frees nothing, which delete-in-later-layer may say
				case !isInstall && runsNodeTool(c):
					tool = c
				}
			}
		}
	}
	if tool != nil {
		reportBuiltInPlace(p, start, found, tool)
		return
	}
	for _, c := range found {
		flag := "--production"
		switch {
		case c.Manager == "pnpm":
			flag = "--prod"
		case c.Manager == "npm" && knowsOmit(start.stage):
			flag = "--omit=dev"
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s also installs the development packages, which the image does not need; add %s", quoteShort(firstLine(p.Doc.Text(c.Span))), flag),
		}
		if m, ok := readManifest(p, start.stage); ok && !m.runsAtInstall() {
			f.Fixes = insertAfterAction(c, flag)
		}
		p.Report(weighDevPackages(p, f))
	}
}

// reportBuiltInPlace reports the installation of what only a build of the same stage needs:
// where node itself starts what was built, and package.json names such packages.
func reportBuiltInPlace(p *facts.Pass[*facts.Dockerfile], start startCommand, found []facts.PackageCommand, tool *facts.Command) {
	m, ok := readManifest(p, start.stage)
	builds := len(tool.Words) > 1 && (tool.Words[1].Text == "build" || len(tool.Words) > 2 && tool.Words[1].Text == "run" && strings.HasPrefix(tool.Words[2].Text, "build"))
	if !ok || len(m.DevDependencies) == 0 || start.program != "node" || !builds || len(found) != 1 {
		return
	}
	c := found[0]
	p.Report(weighDevPackages(p, lint.Finding{
		Span:    c.Span,
		Message: fmt.Sprintf("%s also installs the development packages, which only %s needs; build in a stage of its own and copy the result", quoteShort(firstLine(p.Doc.Text(c.Span))), quoteShort(firstLine(p.Doc.Text(tool.Span)))),
		Related: []lint.Related{{Span: tool.Span, Message: "they are needed here only"}},
	}))
}

// mentions tells whether one of the words stands anywhere in the file, so that a
// rule need not look further.
func mentions(d *facts.Dockerfile, words ...string) bool {
	return slices.ContainsFunc(words, d.Mentions)
}

// knowsOmit tells whether the base image has an npm that knows --omit: npm 7 and
// later, which comes with node 15 and later.
func knowsOmit(s *facts.Stage) bool {
	const first = 15
	base := s.Base()
	if language, _ := images.Says(base.Repository, images.Language); language != "node" {
		return false
	}
	digits := base.Tag[:len(base.Tag)-len(strings.TrimLeft(base.Tag, "0123456789"))]
	major, err := strconv.Atoi(digits)
	return err == nil && major >= first
}

// nodeInstall reads a command as an installation of what package.json names.
func nodeInstall(c *facts.Command) (pkg facts.PackageCommand, ok bool) {
	pkg, ok = facts.Packages(c)
	if !ok && c.Name() == "yarn" && len(c.Words) == 1 {
		return facts.PackageCommand{Command: c, Manager: "yarn", Action: "install"}, true
	}
	if !ok || pkg.Manager != "npm" && pkg.Manager != "yarn" && pkg.Manager != "pnpm" {
		return pkg, false
	}
	switch pkg.Action {
	case "install", "i", "ci", "clean-install":
		return pkg, len(pkg.Packages) == 0 && !c.HasFlag("-g", "--global", "--package-lock-only", "--lockfile-only", "--dry-run")
	}
	return pkg, false
}

// leavesDevOut tells whether an installation leaves the development packages out,
// or may.
func leavesDevOut(d *facts.Dockerfile, c facts.PackageCommand) bool {
	if c.HasFlag("--omit", "--production", "--prod", "-P", "--only", "--include", "--location", "--dev", "-D") || hasVariableFlag(c) {
		return true
	}
	for _, name := range []string{"NODE_ENV", "NPM_CONFIG_PRODUCTION", "npm_config_production", "NPM_CONFIG_OMIT", "npm_config_omit", "YARN_PRODUCTION", "NPM_CONFIG_ONLY"} {
		if envAt(d, c.Command, name) {
			return true
		}
	}
	return c.Conditional()
}

// prunesDev tells whether a command takes packages away again.
func prunesDev(c *facts.Command) bool {
	switch c.Name() {
	case "npm", "yarn", "pnpm":
		return c.HasFlag("--omit", "--production", "--prod") || len(c.Words) > 1 && (c.Words[1].Text == "prune" || c.Words[1].Text == "workspaces")
	case "rm":
		return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return strings.Contains(a.Text, "node_modules") })
	case "node-prune", "modclean":
		return true
	}
	return false
}

// runsNodeTool tells whether a command runs a script or a tool of a package,
// which may be one for development.
func runsNodeTool(c *facts.Command) bool {
	switch name := c.Name(); name {
	case "npx", "node", "tsc", "vite", "webpack", "ng", "nest", "next", "gulp", "grunt", "bower", "turbo", "nx", "lerna", "make", "ember", "rollup", "gatsby":
		return true
	case "npm", "pnpm", "yarn":
		if len(c.Words) < 2 {
			return false
		}
		switch c.Words[1].Text {
		case "config", "cache", "set", "--version", "-v", "version", "add", "global", "install", "i", "ci", "store":
			return false
		}
		return !strings.HasPrefix(c.Words[1].Text, "-")
	default:
		return name == "" || strings.Contains(c.Words[0].Text, "node_modules")
	}
}

// manifest is the part of package.json that is asked for.
type manifest struct {
	Scripts         map[string]string `json:"scripts"`
	DevDependencies map[string]string `json:"devDependencies"`
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

// startsWithoutDev tells whether the image starts without its development
// packages, and has any.
func startsWithoutDev(p *facts.Pass[*facts.Dockerfile], start startCommand) bool {
	direct := start.program == "node" || start.program == "pm2-runtime"
	m, ok := readManifest(p, start.stage)
	if !ok {
		return direct
	}
	if len(m.DevDependencies) == 0 {
		return false
	}
	if direct {
		return true
	}
	script := firstWord(start.words)
	if script == "run" && len(start.words) > 1 {
		script = start.words[1].Text
	}
	command, named := m.Scripts[script]
	if start.program != "npm" && start.program != "yarn" && start.program != "pnpm" || !named {
		return false
	}
	// Only a plain node is sure to come from no package.
	words := strings.Fields(command)
	return len(words) > 0 && words[0] == "node" && !strings.ContainsAny(command, "&|;") && !slices.Contains(words, "-r") && !slices.Contains(words, "--require") && !slices.Contains(words, "--import")
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

// isFromElsewhere tells whether a COPY takes from another stage or image.
func isFromElsewhere(in *dockerfile.Instruction) bool {
	_, ok := flagOf(in, "from")
	return ok
}
