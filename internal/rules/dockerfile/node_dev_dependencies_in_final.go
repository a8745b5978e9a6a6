package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// NodeDevDependenciesInFinal reports `npm ci`, `npm install`, `yarn install` and
// `pnpm install` with the development packages in the final stage, if the start command
// does not need them. In files for development or tests, whose images are not shipped,
// findings have severity info and the variant `excused`. Such findings have no fix.
//
// # Why it matters
//
// Compilers, linters and test tools become a part of the image. They make it larger, and
// each of them can have vulnerabilities.
//
// # How to fix it
//
// Install without them:
//
//	RUN npm ci --omit=dev
//
// If a build step needs them, build in another stage, and copy the result.
//
// # Fix safety
//
// There is no fix where `package.json` is not in the repository, or has a script that
// runs during the installation.
//
// # Exceptions
//
// It does not report:
//
//   - installations that omit the packages by an option or by `NODE_ENV`
//   - stages that prune the packages
//   - stages in which a script runs, because it can need the packages. A build whose
//     result `node` starts is reported.
//   - images that start through npm, unless `package.json` shows that the start script
//     is plain `node`
//   - projects whose `package.json` has no development packages
var NodeDevDependenciesInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "node-dev-dependencies-in-final",
		Title:      "Final image contains development packages of Node.js",
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
					return // delete-in-later-layer can report it, if it is in another layer
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
			Message: fmt.Sprintf("%s also installs development packages, which the image does not need; add %s", quoteShort(firstLine(p.Doc.Text(c.Span))), flag),
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
	builds := len(tool.Words) > 1 &&
		(tool.Words[1].Text == "build" || (len(tool.Words) > 2 && tool.Words[1].Text == "run" && strings.HasPrefix(tool.Words[2].Text, "build")))
	if !ok || len(m.DevDependencies) == 0 || start.program != "node" || !builds {
		return
	}
	if len(found) != 1 {
		return
	}
	c := found[0]
	p.Report(weighDevPackages(p, lint.Finding{
		Span: c.Span,
		Message: fmt.Sprintf(
			"%s also installs development packages, which only %s needs; build in another stage and copy the result",
			quoteShort(firstLine(p.Doc.Text(c.Span))),
			quoteShort(firstLine(p.Doc.Text(tool.Span))),
		),
		Related: []lint.Related{{Span: tool.Span, Message: "only this command needs them"}},
	}))
}

// knowsOmit reports whether the base image has an npm that knows --omit: npm 7 and
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

// leavesDevOut reports whether an installation omits the development packages, or can
// omit them.
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

// prunesDev reports whether a command removes packages.
func prunesDev(c *facts.Command) bool {
	switch c.Name() {
	case "npm", "yarn", "pnpm":
		return c.HasFlag("--omit", "--production", "--prod") || (len(c.Words) > 1 && (c.Words[1].Text == "prune" || c.Words[1].Text == "workspaces"))
	case "rm":
		return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return strings.Contains(a.Text, "node_modules") })
	case "node-prune", "modclean":
		return true
	}
	return false
}

// runsNodeTool reports whether a command runs a script or a tool of a package, which can
// be a development package.
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

// startsWithoutDev reports whether the project has development packages and the image
// starts without them.
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
	if (start.program != "npm" && start.program != "yarn" && start.program != "pnpm") || !named {
		return false
	}
	// Only a plain node is sure to come from no package.
	words := strings.Fields(command)
	return len(words) > 0 && words[0] == "node" && !strings.ContainsAny(command, "&|;") && !slices.Contains(words, "-r") &&
		!slices.Contains(words, "--require") &&
		!slices.Contains(words, "--import")
}
