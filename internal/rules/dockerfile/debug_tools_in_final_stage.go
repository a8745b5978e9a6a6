package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// DebugToolsInFinalStage reports editors and debugging tools that are installed in the
// final image, such as `vim`, `less`, `telnet`, `tcpdump`, `strace` or `gdb`. In files
// for development or tests, whose images are not shipped, findings have the variant
// `excused`.
//
// # Why it matters
//
// The program does not need them. They make the image larger, and an attacker who gets
// into the container can use them to look around.
//
// The rule is off by default, because some images include such tools on purpose.
//
// # How to fix it
//
// Remove the tools from the installation. To debug a container, use `docker debug` or
// `kubectl debug`, which bring tools with them.
//
// # Exceptions
//
// It does not report:
//
//   - stages named for development or tests, such as `dev`
//   - tools that the health check, the start command or a `RUN` uses
var DebugToolsInFinalStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debug-tools-in-final-stage",
		Title:    "Debugging tools are installed in the final image",
		Category: lint.Size,
		Severity: lint.Info,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-4.3", "CIS-DI-0003", "docs:no-unneeded-packages"),
	},
	Check: checkDebugToolsInFinalStage,
}

func checkDebugToolsInFinalStage(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || isDevelopment(final) {
		return
	}
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if (c.Action != "install" && c.Action != "add" && c.Action != "in") || !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		var tools []facts.Argument
		for _, a := range c.Packages {
			if program := debugProgram(a.Text); program != "" &&
				!facts.Once(p.Doc, "the final stage uses it", program, func() bool { return isUsed(p.Doc, final, program) }) {
				tools = append(tools, a)
			}
		}
		if len(tools) == 0 {
			return
		}
		names := make([]string, len(tools))
		for i, a := range tools {
			names[i] = a.Text
		}
		p.Report(weighSize(p, lint.Finding{
			Span:    tools[0].Span,
			Message: fmt.Sprintf("the final image includes %s, which the program does not need and an attacker can use; install such tools in a separate stage for debugging", strings.Join(names, " and ")),
			Fixes:   leaveOutFix(c, tools),
		}))
	}, "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper")
}

// debugProgram is the program that a package is installed for, if it is a debugging
// tool; empty for others.
func debugProgram(name string) string {
	switch name {
	case "vim", "vim-tiny", "vim-nox", "vim-minimal", "vim-enhanced":
		return "vim"
	case "nano", "emacs", "emacs-nox", "telnet", "tcpdump", "strace", "ltrace", "htop", "nmap", "less", "gdb":
		return name
	case "netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat":
		return "nc"
	case "iputils-ping":
		return "ping"
	}
	return ""
}

// isUsed reports whether an instruction of the final image uses a program.
func isUsed(d *facts.Dockerfile, s *facts.Stage, program string) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint", "healthcheck":
				if slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool { return c.Name() == program }) {
					return true
				}
			}
			if in.Keyword != "run" &&
				slices.ContainsFunc(
					strings.FieldsFunc(in.Args, func(r rune) bool { return strings.ContainsRune(" \t\"'`;|&()[]=,/", r) }),
					func(w string) bool { return w == program },
				) {
				return true
			}
		}
	}
	return false
}

// leaveOutFix removes packages from an installation that has others too.
func leaveOutFix(c facts.PackageCommand, tools []facts.Argument) []lint.Fix {
	if c.Script == nil || !c.Script.Editable() || holdsComment(c.Instruction) || len(tools) == len(c.Packages) {
		return nil
	}
	fix := lint.Fix{Title: "do not install it", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph}
	for i, w := range c.Words {
		if i > 0 && slices.ContainsFunc(tools, func(a facts.Argument) bool { return a.Span == w.Span }) {
			fix.Edits = append(fix.Edits, lint.Delete(text.Span{Start: c.Words[i-1].Span.End, End: w.Span.End}))
		}
	}
	return []lint.Fix{fix}
}
