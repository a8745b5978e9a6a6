package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// DebugToolsInFinalStage finds editors and tools for looking around that are
// installed in the shipped image: vim, telnet, tcpdump, strace and their like.
//
// The program does not need them, whoever gets in is glad of them. docker debug
// and kubectl debug bring them along when they are wanted.
//
// Silent in stages for developers, and for tools that the health check, the
// start command or a RUN uses. Off by default: some ship them on purpose.
//
// In files for development or tests it is excused: an info, and off by default.
var DebugToolsInFinalStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debug-tools-in-final-stage",
		Title:    "Tools for looking around are shipped",
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
		if c.Action != "install" && c.Action != "add" && c.Action != "in" || !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		var tools []facts.Argument
		for _, a := range c.Packages {
			if program := debugProgram(a.Text); program != "" && !facts.Once(p.Doc, "the final stage uses it", program, func() bool { return isUsed(p.Doc, final, program) }) {
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
			Message: fmt.Sprintf("%s is for people who look around, and for those who break in; leave it out of what is shipped", strings.Join(names, " and ")),
			Fixes:   leaveOutFix(c, tools),
		}))
	}, "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper")
}

// debugProgram is the program that a package is installed for, if it is one to
// look around with; empty for others.
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

// isUsed tells whether an instruction of the final image uses a program.
func isUsed(d *facts.Dockerfile, s *facts.Stage, program string) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint", "healthcheck":
				if slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool { return c.Name() == program }) {
					return true
				}
			}
			if in.Keyword != "run" && slices.ContainsFunc(strings.FieldsFunc(in.Args, func(r rune) bool { return strings.ContainsRune(" \t\"'`;|&()[]=,/", r) }), func(w string) bool { return w == program }) {
				return true
			}
		}
	}
	return false
}

// leaveOutFix deletes packages from an installation that has others too.
func leaveOutFix(c facts.PackageCommand, tools []facts.Argument) []lint.Fix {
	if c.Script == nil || !c.Script.Editable() || holdsComment(c.Instruction) || len(tools) == len(c.Packages) {
		return nil
	}
	fix := lint.Fix{Title: "leave it out", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph}
	for i, w := range c.Words {
		if i > 0 && slices.ContainsFunc(tools, func(a facts.Argument) bool { return a.Span == w.Span }) {
			fix.Edits = append(fix.Edits, lint.Delete(text.Span{Start: c.Words[i-1].Span.End, End: w.Span.End}))
		}
	}
	return []lint.Fix{fix}
}
