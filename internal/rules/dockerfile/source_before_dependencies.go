package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SourceBeforeDependencies finds stages that copy all sources before they
// install the dependencies.
//
// Every edit of any file then installs all dependencies again. Copy the files
// that name them first (package.json and its lock file, requirements.txt,
// go.mod), install, and copy the rest after.
//
// Silent where the installation needs the sources: of the project itself, of
// workspaces, of local paths; and where the dependencies were installed before
// the copy already.
var SourceBeforeDependencies = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "source-before-dependencies",
		Title:      "Copying the sources first installs the dependencies again after each edit",
		Category:   lint.Speed,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Aliases:    lint.Names("docs:order-layers"),
		Needs:      lint.NeedsContext,
	},
	Check: checkSourceBeforeDependencies,
}

// ecosystem is a package manager with the files that name dependencies.
type ecosystem struct {
	manager string
	// manifest is the file to copy first.
	manifest string
	// local are texts in the manifest that make the sources part of the
	// resolution.
	local []string
	// installs tells whether a call installs dependencies, and nothing else.
	installs func(facts.PackageCommand) bool
}

func isBareInstall(actions ...string) func(facts.PackageCommand) bool {
	return func(c facts.PackageCommand) bool {
		return slices.Contains(actions, c.Action) && len(c.Packages) == 0 && !c.HasFlag("-g", "--global", "--location")
	}
}

func ecosystems() []ecosystem {
	npm := []string{`"workspaces"`, `"file:`, `"link:`, `"workspace:`, `"prepare"`, `"postinstall"`, `"preinstall"`, `"install"`}
	return []ecosystem{
		{"npm", "package.json", npm, isBareInstall("ci", "install", "i", "clean-install")},
		{"yarn", "package.json", npm, isBareInstall("install")},
		{"pnpm", "package.json", npm, isBareInstall("install", "i")},
		{"pip", "requirements.txt", []string{"-e ", "file:", "./", "--editable"}, func(c facts.PackageCommand) bool {
			file, ok := c.FlagValue("-r", "--requirement")
			return c.Action == "install" && ok && file.Literal && len(c.Packages) == 0 && !c.HasFlag("-e", "--editable")
		}},
		{"bundle", "Gemfile", []string{"gemspec", "path:", ":path"}, isBareInstall("install")},
		{"composer", "composer.json", []string{`"path"`, `"scripts"`, `"autoload"`}, isBareInstall("install")},
		{"go", "go.mod", []string{"=> ./", "=> ../"}, func(c facts.PackageCommand) bool {
			return c.Action == "mod" && len(c.Packages) == 1 && c.Packages[0].Text == "download"
		}},
		{"poetry", "pyproject.toml", []string{"path =", "develop ="}, func(c facts.PackageCommand) bool {
			return c.Action == "install" && c.HasFlag("--no-root")
		}},
		{"uv", "pyproject.toml", []string{"path =", "workspace"}, func(c facts.PackageCommand) bool {
			return c.Action == "sync" && c.HasFlag("--no-install-project")
		}},
		{"pipenv", "Pipfile", []string{"path =", "editable"}, isBareInstall("install", "sync")},
	}
}

func checkSourceBeforeDependencies(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if slices.ContainsFunc(s.Instructions, copiesAll) {
			checkStageOrder(p, s)
		}
	}
}

func checkStageOrder(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	var all *dockerfile.Instruction
	for _, in := range s.Instructions {
		switch {
		case in.Err != nil:
		case all == nil && copiesAll(in):
			all = in
		case in.Keyword == "run":
			for _, c := range p.Doc.Commands(in) {
				e, found := installsDependencies(c)
				if file, ok := c.FlagValue("-r", "--requirement"); found && e.manager == "pip" && ok {
					e.manifest = contextPath(all, file.Text)
				}
				switch {
				case !found:
				case all == nil:
					return // installed before the sources came
				case needsSources(p, e) || readsSources(p.Doc, in) || c.HasFlag("--unsafe-perm"): // which lets scripts of the project run
				default:
					reportOrder(p, all, c, e)
					return
				}
			}
		}
	}
}

// contextPath is the name in the build context of a file that a command names, after
// all of the context was copied.
func contextPath(all *dockerfile.Instruction, name string) string {
	if all != nil && strings.HasPrefix(name, "/") {
		name = strings.TrimPrefix(name, strings.TrimRight(bare(all.Words[1].Text), "/")+"/")
	}
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
		name = baseName(name)
	}
	return strings.TrimPrefix(name, "./")
}

// copiesAll tells whether an instruction copies the whole build context.
func copiesAll(in *dockerfile.Instruction) bool {
	if in.Keyword != "copy" && in.Keyword != "add" {
		return false
	}
	if _, ok := in.Flag("from"); ok || len(in.Words) != 2 || len(in.Heredocs) > 0 {
		return false
	}
	switch in.Words[0].Text {
	case ".", "./", "/", "*", "./*":
		_, excludes := in.Flag("exclude")
		return !excludes
	}
	return false
}

func installsDependencies(c *facts.Command) (ecosystem, bool) {
	pc, ok := facts.Packages(c)
	if !ok {
		if c.Name() == "yarn" && len(c.Words) == 1 {
			pc = facts.PackageCommand{Command: c, Manager: "yarn", Action: "install"}
		} else {
			return ecosystem{}, false
		}
	}
	for _, e := range ecosystems() {
		if e.manager == pc.Manager && e.installs(pc) {
			return e, true
		}
	}
	return ecosystem{}, false
}

// needsSources tells whether the dependencies cannot be resolved without the
// sources, as far as the manifest in the build context says.
func needsSources(p *facts.Pass[*facts.Dockerfile], e ecosystem) bool {
	manifest, err := p.Files.ReadFile(e.manifest)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(e.local, func(mark string) bool { return strings.Contains(string(manifest), mark) })
}

// readsSources tells whether a RUN that installs also runs files of the sources.
func readsSources(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	elsewhere := strings.Contains(in.Body, "cd ")
	return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		switch c.Name() {
		case "ansible-playbook":
			return true
		case "bash", "sh", "source", ".", "grep":
			return !elsewhere && slices.ContainsFunc(c.Positional(), func(a facts.Argument) bool { return strings.Contains(a.Text, ".") })
		}
		return !elsewhere && len(c.Words) > 0 && strings.HasPrefix(c.Words[0].Text, "./") && c.Name() != "gradlew" && c.Name() != "mvnw"
	})
}

func reportOrder(p *facts.Pass[*facts.Dockerfile], all *dockerfile.Instruction, c *facts.Command, e ecosystem) {
	p.Report(lint.Finding{
		Span: all.Head,
		Message: fmt.Sprintf("%s comes before %s, so every edit installs the dependencies again; copy %s first, install, then copy the rest",
			quoteShort(p.Doc.Text(all.Head)), quoteShort(firstLine(p.Doc.Text(c.Span))), e.manifest),
		Related: []lint.Related{{Span: c.Span, Message: "the dependencies are installed here"}},
	})
}
