package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// illegalPipefail finds where dash gets the option that it does not have: in a RUN, or in
// the SHELL that applies to it.
func illegalPipefail(d *facts.Dockerfile, in *dockerfile.Instruction) (at facts.Command, ok bool) {
	s := d.StageOf(in)
	if s == nil || in.JSON || !hasOldDash(s, in) {
		return at, false
	}
	if shell := s.Shell(in); shell.Instruction != nil {
		if slices.Contains(shell.Words, "pipefail") {
			return facts.Command{Instruction: shell.Instruction, Span: shell.Instruction.ArgsSpan}, true
		}
	}
	if !strings.Contains(in.Body, "pipefail") || len(in.Heredocs) > 0 {
		return at, false
	}
	for _, c := range d.Commands(in) {
		if c.Name() == "set" && setsOption(c, "pipefail") && !c.Conditional() && !hasFallback(c) {
			return *c, true
		}
	}
	return at, false
}

// hasOldDash reports whether the shell of a RUN is a dash that is known to lack pipefail.
func hasOldDash(s *facts.Stage, in *dockerfile.Instruction) bool {
	has, known := s.ShellHasPipefail(in)
	if has || !known {
		return false
	}
	base := s.Base()
	name := images.Canonical(base.Name())
	for _, newer := range []string{"sid", "unstable", "testing", "forky", "rc-buggy", "experimental", "devel", "rolling"} {
		if strings.Contains(base.Tag, newer) {
			return false
		}
	}
	if r, ok := images.SystemOf(name, base.Tag); ok {
		return r.Released != "" && r.Released < "2026"
	}
	return !images.IsDistribution(name) && base.Tag != "" && base.Tag != "latest"
}

// setsOption reports whether a call of set turns a named option on.
func setsOption(c *facts.Command, option string) bool {
	args := c.ArgTexts()
	at := slices.Index(args, option)
	return at > 0 && strings.HasPrefix(args[at-1], "-") && strings.HasSuffix(args[at-1], "o")
}

// lacksShell reports whether a stage is FROM scratch and does not copy a shell.
func lacksShell(s *facts.Stage) bool { return s.Base().IsScratch() && !bringsSystem(s) }

// bringsSystem reports whether a stage, or one that it builds on, copies a shell or
// something that may contain one.
func bringsSystem(s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "shell", "onbuild":
				return true
			case "add":
				return true
			case "copy":
				sources, to, ok := copyWords(in)
				target := strings.TrimRight(bare(to.Text), "/")
				if !ok || target == "" || target == "/bin" || target == "/usr" {
					return true
				}
				if target == "." || strings.Contains(target, "$") || strings.HasSuffix(target, "/sh") || strings.HasSuffix(target, "busybox") {
					return true
				}
				for _, w := range sources {
					if source := bare(w.Text); source == "/" || source == "." || strings.Contains(source, "rootfs") {
						return true
					}
				}
			}
		}
	}
	return false
}

// onBusyBox reports whether the stage has BusyBox's programs.
func onBusyBox(s *facts.Stage) bool {
	base := s.Base().Text
	return strings.Contains(base, "alpine") || strings.Contains(base, "busybox")
}
