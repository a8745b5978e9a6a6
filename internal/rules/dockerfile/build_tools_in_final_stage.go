package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// BuildToolsInFinalStage reports final images that still have a compiler that the
// program does not need to run. The variant `packages` is an installation of a compiler
// that the same `RUN` does not remove. The variant `toolchain` is a build in the final
// stage, whose base is the image of a compiler.
//
// # Why it matters
//
// Compilers and headers make the image much larger, and every machine that runs the
// image downloads them. They also help an attacker who gets into the container to build
// tools there.
//
// # How to fix it
//
// Build in a separate stage, and copy only the result:
//
//	FROM golang:1.26 AS build
//	WORKDIR /src
//	COPY . .
//	RUN go build -o /server .
//	FROM gcr.io/distroless/static
//	COPY --from=build /server /server
//
// # Fix safety
//
// There is no automatic fix: a second stage has to copy what the program needs, and only the author
// knows what that is.
//
// # Exceptions
//
// It does not report:
//
//   - small tools, such as `make` alone
//   - base images that always have a compiler, and base images that are not known
//   - a `RUN` that removes what it installed
//   - stages that build nothing; the option `always` reports them with severity info,
//     and the preset `cloud-native` sets it
//   - images that may be meant for building: the start command is missing, or it is a
//     compiler, a tool that watches sources, a shell, or a script without a port
//   - files with a word of the option `runtimes`, which shows that a program compiles
//     at run time
var BuildToolsInFinalStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "build-tools-in-final-stage",
		Title:      "Compilers stay in the final image",
		Category:   lint.Size,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Variants:   []string{"packages", "toolchain"},
		Aliases:    lint.Names("CIS-4.3", "CIS-DI-0003", "DF011", "OWASP-R13", "tally/prefer-multi-stage-build"),
		Options: []lint.Option{{
			Name: "always", Doc: "also report compilers in a stage that builds nothing, with severity info", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}, {
			Name: "runtimes", Doc: "words that show that a program calls a compiler when it runs; a file that has one of them is not reported", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{
				"pyenv", "rbenv", "theano", "triton", "torch", "pystan", "cmdstan", "notebook", "jupyter", "jenkins", "gitlab-runner", "actions-runner",
				"buildkite", "code-server", "homeassistant", "bpftrace", "nosetests",
			}},
		}},
	},
	Check: checkBuildToolsInFinalStage,
}

func checkBuildToolsInFinalStage(p *facts.Pass[*facts.Dockerfile]) {
	start, ok := startOf(p.Doc)
	if !ok || start.stage.Base().IsWindows() {
		return
	}
	base := start.stage.Base()
	var f lint.Finding
	if build, ok := buildCommand(p.Doc, start.stage, base); ok {
		f = lint.Finding{
			Variant: "toolchain", Span: build.Span,
			Message: fmt.Sprintf("%s builds in the final stage, so the image includes all of %s; build in a separate stage and copy the result", quoteShort(firstLine(p.Doc.Text(build.Span))), quoteShort(base.Text)),
			Related: []lint.Related{{Span: start.in.Head, Message: "the image starts this program, which does not need a compiler"}},
		}
	} else if install, tools := keptCompilers(p.Doc, start.stage); install != nil && !hasCompiler(base) && (p.Options.Bool("always") || buildsSomething(p.Doc, start.stage)) {
		f = lint.Finding{
			Variant: "packages", Span: install.Span,
			Message: fmt.Sprintf("the image keeps %s, which the program does not need at run time; build in a separate stage and copy the result, or remove it in the same RUN", strings.Join(tools, " and ")),
		}
		if !buildsSomething(p.Doc, start.stage) {
			f.Severity = lint.Info
		}
	}
	if f.Message != "" && needsNoCompiler(p.Doc, start) && !compilesAtRunTime(p) {
		p.Report(f)
	}
}

// keptCompilers is the first installation of compilers that the RUN does not
// remove; nil if there is none.
func keptCompilers(d *facts.Dockerfile, s *facts.Stage) (install *facts.Command, tools []string) {
	packages := append(compilerPackages(), "-dev")
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" || !slices.ContainsFunc(packages, func(name string) bool { return strings.Contains(d.Text(in.Span), name) }) {
				continue
			}
			commands := d.Commands(in)
			for i, c := range commands {
				virtual, _ := c.FlagValue("-t", "--virtual")
				tools := slices.DeleteFunc(installedCompilers(c), func(name string) bool {
					return isUninstalled(commands[i+1:], name) || (virtual.Text != "" && isUninstalled(commands[i+1:], virtual.Text))
				})
				if len(tools) == 0 {
					tools = headersFor(c, commands[i+1:])
				}
				if len(tools) > 3 {
					tools = append(tools[:2], fmt.Sprintf("%d more", len(tools)-2))
				}
				if len(tools) > 0 {
					return c, tools
				}
			}
		}
	}
	return nil, nil
}

// compilerPackages are the packages of the distributions that bring a compiler
// of a hundred megabytes or more.
func compilerPackages() []string {
	return []string{
		"gcc", "g++", "build-essential", "build-base", "alpine-sdk", "gcc-c++", "clang", "cargo", "rustc", "rust", "golang", "golang-go", "maven",
		"Development Tools", "development", "@development-tools", "base-devel",
	}
}

// headersFor lists the packages of headers and tools that a command installs for a build
// from sources in the same RUN, if these are three or more.
func headersFor(c *facts.Command, later []*facts.Command) []string {
	builds := slices.ContainsFunc(later, func(c *facts.Command) bool {
		switch c.Name() {
		case "make", "cmake", "ninja", "configure", "meson", "scons":
			return true
		}
		return false
	})
	if !builds {
		return nil
	}
	var headers []string
	for _, a := range installedPackages(c) {
		if strings.HasSuffix(a, "-dev") || strings.HasSuffix(a, "-devel") {
			headers = append(headers, a)
		}
	}
	if len(headers) < 3 || slices.ContainsFunc(headers, func(name string) bool { return isUninstalled(later, name) }) {
		return nil
	}
	return headers
}

// servesByShell reports whether a shell starts what the image serves: a script, or a line
// whose last command is a program, and the file exposes a port.
func servesByShell(start startCommand) bool {
	if start.stage.Last("expose") == nil || len(start.words) == 0 {
		return false
	}
	first := start.words[0].Text
	if !strings.HasPrefix(first, "-") {
		return true
	}
	if !strings.HasSuffix(first, "c") || len(start.words) < 2 {
		return false
	}
	words, ok := facts.ScriptWords(start.words[1].Text)
	return ok && !buildsOrWaits(baseName(words[0]))
}

// needsNoCompiler reports whether the start command is surely that of a program
// which was built before: not that of an image in which people or other
// programs build, nor of a script that may do so.
func needsNoCompiler(d *facts.Dockerfile, start startCommand) bool {
	switch start.program {
	case "sh", "bash", "ash", "dash":
		return servesByShell(start)
	}
	commands := d.Commands(start.in)
	if slices.ContainsFunc(commands, func(c *facts.Command) bool { return buildsOrWaits(c.Name()) }) || buildsOrWaits(start.program) {
		return false
	}
	switch start.program {
	case "python", "python3", "node", "ruby", "irb", "R", "ipython", "php", "ghci":
		return len(start.words) > 0 // without a script it is a prompt
	case "dotnet":
		return len(start.words) > 0 && strings.HasSuffix(start.words[0].Text, ".dll")
	}
	if strings.Contains(start.program, "local") || strings.Contains(start.program, "dev") {
		return false
	}
	// A script may build; that of a service hardly does.
	return (!strings.HasSuffix(start.program, ".sh") && !strings.Contains(start.program, "entrypoint")) || start.stage.Last("expose") != nil
}

// buildsOrWaits reports whether a program compiles, watches sources, tests, or
// only keeps the container running for a person who does.
func buildsOrWaits(program string) bool {
	switch program {
	case "sh", "bash", "zsh", "ash", "fish", "tmux", "screen", "sshd", "tail", "sleep", "top",
		"tar", "cp", "cat", "cmp", "echo", "ls", "true", // the image hands out what was built
		"make", "cmake", "gcc", "g++", "clang", "cargo", "rustc", "go", "gox", "mvn", "gradle", "sbt", "stack", "tox", "pytest", "pyenv",
		"reflex", "air", "gin", "CompileDaemon", "realize", "fresh", "modd", "dlv", "watchexec", "nodemon",
		"jupyter", "jupyter-lab", "jupyter-notebook", "start-notebook.sh", "code-server", "jenkins", "jenkins-slave", "jenkins-agent":
		return true
	}
	return false
}

// compilesAtRunTime reports whether the file names something that calls a compiler
// when it runs.
func compilesAtRunTime(p *facts.Pass[*facts.Dockerfile]) bool {
	src := strings.ToLower(string(p.Doc.Src))
	return slices.ContainsFunc(
		p.Options.List("runtimes"),
		func(word string) bool { return word != "" && strings.Contains(src, strings.ToLower(word)) },
	)
}

// buildCommand finds the command that compiles the program, where the stage's
// base is an image of a compiler which the program does not need to run.
func buildCommand(d *facts.Dockerfile, s *facts.Stage, base facts.Image) (found *facts.Command, ok bool) {
	for _, compiler := range builders() {
		if !base.Has(compiler.tool) {
			continue
		}
		if c := calls(d, s, compiler); c != nil {
			return c, true
		}
	}
	return nil, false
}

// builder is a compiler with the actions by which it makes a program.
type builder struct {
	tool    string
	actions []string
}

func builders() []builder {
	return []builder{
		{"go", []string{"build", "install"}}, {"cargo", []string{"build", "install"}}, {"dotnet", []string{"publish"}},
		{"mvn", []string{"package", "install", "verify"}},
	}
}

// calls is the first command of a stage, or of those that it builds on, by which a
// compiler makes a program; nil if there is none.
func calls(d *facts.Dockerfile, s *facts.Stage, b builder) *facts.Command {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range d.Commands(in) {
				if c.Name() == b.tool && slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return slices.Contains(b.actions, a.Text) }) {
					return c
				}
			}
		}
	}
	return nil
}

// buildsSomething reports whether a stage runs what may call a compiler: one that
// no command uses may be what the image is for.
func buildsSomething(d *facts.Dockerfile, s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range d.Commands(in) {
				switch c.Name() {
				case "make", "cmake", "ninja", "configure", "gcc", "g++", "cc", "cargo", "go", "pecl", "docker-php-ext-install", "phpize", "luarocks", "cpan", "cpanm", "scons", "meson", "mvn", "setup.py":
					return true
				}
				if pkg, ok := facts.Packages(c); ok {
					switch pkg.Manager {
					case "pip", "npm", "yarn", "pnpm", "gem", "bundle", "poetry", "uv", "pipenv", "pdm":
						return true
					}
				}
			}
		}
	}
	return false
}

// hasCompiler reports whether a base has a compiler of its own, by the Dockerfiles
// of its publishers.
func hasCompiler(i facts.Image) bool {
	for _, compiler := range []string{"gcc", "clang", "go", "rustc", "ghc", "erl", "julia", "crystal"} {
		if i.Has(compiler) {
			return true
		}
	}
	return !i.Known || strings.Contains(i.Text, "devel") || strings.Contains(i.Text, "devcontainers") || strings.Contains(i.Text, "gitpod")
}

// installedCompilers lists the compilers among the packages of an installation.
func installedCompilers(c *facts.Command) []string {
	return slices.DeleteFunc(installedPackages(c), func(name string) bool { return !slices.Contains(compilerPackages(), name) })
}

// installedPackages lists the packages of a distribution that a command installs.
func installedPackages(c *facts.Command) []string {
	pkg, ok := facts.Packages(c)
	if !ok {
		return nil
	}
	switch pkg.Manager {
	case "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper":
	default:
		return nil
	}
	if pkg.Action != "install" && pkg.Action != "add" && pkg.Action != "in" && pkg.Action != "groupinstall" {
		return nil
	}
	var names []string
	for _, a := range pkg.Packages {
		name, _, _ := strings.Cut(a.Text, "=")
		names = append(names, name)
	}
	return names
}

// isUninstalled reports whether one of the commands removes a package, by its name
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
