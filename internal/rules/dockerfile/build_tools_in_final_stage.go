package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// BuildToolsInFinalStage finds compilers that the shipped image still has:
// installed beside the program and not removed in the same RUN, or because the
// final stage is the one that builds.
//
// They are some hundred megabytes that every node fetches, and the tools of
// whoever gets in. Build in a stage of its own, and copy the result.
//
// Silent for tools of a few megabytes, for bases that have a compiler anyway,
// for images that start a shell, a compiler or nothing, as those for developers
// do, and where the RUN removes what it installed.
var BuildToolsInFinalStage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "build-tools-in-final-stage",
		Title:      "Compilers are shipped",
		Category:   lint.Size,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Variants:   []string{"packages", "toolchain"},
		Aliases:    lint.Names("CIS-4.3", "CIS-DI-0003", "DF011", "OWASP-R13", "tally/prefer-multi-stage-build"),
	},
	Check: checkBuildToolsInFinalStage,
}

func checkBuildToolsInFinalStage(p *lint.Pass[*facts.Dockerfile]) {
	start, ok := startOf(p.Doc)
	if !ok || isWorkshop(start.program) || start.stage.Base().IsWindows() {
		return
	}
	base := start.stage.Base()
	if build, ok := buildCommand(p.Doc, start.stage, base); ok {
		p.Report(lint.Finding{
			Variant: "toolchain", Span: build.Span,
			Message: fmt.Sprintf("%s builds in the stage that is shipped, with all of %s; build in a stage of its own and copy the result", quoteShort(firstLine(p.Doc.Text(build.Span))), quoteShort(base.Text)),
			Related: []lint.Related{{Span: start.in.Head, Message: "the image starts this, which needs no compiler"}},
		})
		return
	}
	if hasCompiler(base) {
		return
	}
	for _, s := range start.stage.Chain() {
		for _, in := range s.Instructions {
			if in.Keyword != "run" {
				continue
			}
			commands := p.Doc.Commands(in)
			for i, c := range commands {
				tools := installedCompilers(c)
				tools = slices.DeleteFunc(tools, func(name string) bool { return isUninstalled(commands[i+1:], name) })
				if len(tools) == 0 {
					continue
				}
				p.Report(lint.Finding{
					Variant: "packages", Span: c.Span,
					Message: fmt.Sprintf("the image keeps %s, which the program does not need to run; build in a stage of its own and copy the result, or remove it in the same RUN", strings.Join(tools, " and ")),
				})
				return
			}
		}
	}
}

// isWorkshop tells whether a start command is that of an image in which people
// or other programs build: the tools are what it is for.
func isWorkshop(program string) bool {
	switch program {
	case "sh", "bash", "zsh", "ash", "fish", "tmux", "screen", "sshd", "make", "cmake", "gcc", "g++", "clang", "cargo", "rustc", "go", "mvn", "gradle", "npm", "yarn",
		"jupyter", "jupyter-lab", "jupyter-notebook", "start-notebook.sh", "code-server", "jenkins", "jenkins-slave", "jenkins-agent", "R", "ipython", "python", "python3", "irb", "ghci", "stack", "sbt", "tox", "pytest", "xvfb-run", "tail", "sleep", "top":
		return true
	}
	return false
}

// buildCommand finds the command that compiles the program, where the stage's
// base is an image of a compiler which the program does not need to run.
func buildCommand(d *facts.Dockerfile, s *facts.Stage, base facts.Image) (found *facts.Command, ok bool) {
	var tool string
	var actions []string
	switch base.Name() {
	case "golang", "public.ecr.aws/docker/library/golang":
		tool, actions = "go", []string{"build", "install"}
	case "rust":
		tool, actions = "cargo", []string{"build", "install"}
	case "mcr.microsoft.com/dotnet/sdk":
		tool, actions = "dotnet", []string{"publish"}
	case "maven":
		tool, actions = "mvn", []string{"package", "install", "verify"}
	default:
		return nil, false
	}
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range d.Commands(in) {
				if c.Name() == tool && slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return slices.Contains(actions, a.Text) }) {
					return c, true
				}
			}
		}
	}
	return nil, false
}

// hasCompiler tells whether a base has a compiler of its own, by the Dockerfiles
// of its publishers.
func hasCompiler(i facts.Image) bool {
	switch i.Name() {
	case "golang", "rust", "gcc", "buildpack-deps", "haskell", "swift", "r-base", "julia", "jupyter/scipy-notebook", "perl", "erlang", "elixir", "crystallang/crystal":
		return true
	case "python", "node", "ruby", "openjdk", "pypy":
		return !strings.Contains(i.Tag, "slim") && !strings.Contains(i.Tag, "alpine") || !i.Known
	}
	return !i.Known || strings.Contains(i.Text, "devel") || strings.Contains(i.Text, "devcontainers") || strings.Contains(i.Text, "gitpod")
}

// installedCompilers lists the compilers among the packages of an installation.
func installedCompilers(c *facts.Command) []string {
	pkg, ok := facts.Packages(c)
	if !ok {
		return nil
	}
	switch pkg.Manager {
	case "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper":
	default:
		return nil
	}
	if pkg.Action != "install" && pkg.Action != "add" && pkg.Action != "in" && pkg.Action != "groupinstall" || c.HasFlag("-t", "--virtual") && pkg.Manager == "apk" {
		return nil
	}
	var tools []string
	for _, a := range pkg.Packages {
		name, _, _ := strings.Cut(a.Text, "=")
		switch name {
		case "gcc", "g++", "build-essential", "build-base", "alpine-sdk", "gcc-c++", "clang", "cargo", "rustc", "rust", "golang", "golang-go", "maven", "Development Tools", "development", "@development-tools", "base-devel":
			tools = append(tools, name)
		}
	}
	if len(tools) > 3 {
		tools = append(tools[:2], fmt.Sprintf("%d more", len(tools)-2))
	}
	return tools
}

// isUninstalled tells whether one of the commands removes a package, by its name
// or by one that is not known.
func isUninstalled(commands []*facts.Command, name string) bool {
	for _, c := range commands {
		if c.Name() == "apt-mark" {
			return true // what is marked goes with the next autoremove
		}
		pkg, ok := facts.Packages(c)
		if !ok {
			continue
		}
		switch pkg.Action {
		case "remove", "purge", "del", "erase", "autoremove", "rm", "groupremove", "autopurge":
			for _, a := range pkg.Packages {
				if !a.Literal || a.Text == name || strings.HasPrefix(a.Text, ".") {
					return true
				}
			}
		}
	}
	return false
}
