package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PipefailUnknownToShell reports `set -o pipefail`, and `SHELL` with that option, where
// `/bin/sh` is the dash of Debian or Ubuntu.
//
// # Why it matters
//
// This dash does not have the option. It stops with "Illegal option -o pipefail", and
// the build fails.
//
// # How to fix it
//
// Use bash, if the image has it:
//
//	SHELL ["/bin/bash", "-o", "pipefail", "-c"]
//
// # Fix safety
//
// There is no fix: only the author can decide between another shell and a script without
// a pipe.
//
// # Exceptions
//
// It does not report:
//
//   - images whose shell is not known
//   - releases after Debian 13 and Ubuntu 25.10
//   - a call that runs only under a condition, or with `||` after it
var PipefailUnknownToShell = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pipefail-unknown-to-shell",
		Title:    "Shell does not have the option pipefail",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPipefailUnknownToShell,
}

func checkPipefailUnknownToShell(p *facts.Pass[*facts.Dockerfile]) {
	reported := map[*dockerfile.Instruction]bool{}
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		at, ok := illegalPipefail(p.Doc, in)
		if !ok || (reported[at.Instruction] && at.Instruction != in) {
			return
		}
		reported[at.Instruction] = true
		p.Report(lint.Finding{
			Span:    at.Span,
			Message: fmt.Sprintf("dash runs %s but does not have the option pipefail, so the build fails; use SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", quoteShort(firstLine(p.Doc.Text(at.Span)))),
		})
	})
}

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
