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

// PipefailUnknownToShell finds set -o pipefail, and SHELL with that option, where /bin/sh
// is the dash of Debian or Ubuntu: it has no such option, and the build ends with
// "Illegal option -o pipefail".
//
// Use SHELL ["/bin/bash", "-o", "pipefail", "-c"] where the image has bash.
//
// Silent where it is not known which shell runs the command, for releases that are newer
// than Debian 13 and Ubuntu 25.10, in a condition, and where "||" follows.
//
// There is no fix: another shell, or the script without a pipe, is a decision of the
// author.
var PipefailUnknownToShell = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pipefail-unknown-to-shell",
		Title:    "The shell has no option pipefail",
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
		if !ok || reported[at.Instruction] && at.Instruction != in {
			return
		}
		reported[at.Instruction] = true
		p.Report(lint.Finding{
			Span:    at.Span,
			Message: fmt.Sprintf("dash, the shell that runs %s, has no option pipefail and ends the build; use SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", quoteShort(firstLine(p.Doc.Text(at.Span)))),
		})
	})
}

// illegalPipefail finds what gives dash the option that it does not have, in a RUN or in
// the SHELL that holds for it.
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

// setsOption reports whether a call of set switches a named option on.
func setsOption(c *facts.Command, option string) bool {
	args := c.ArgTexts()
	at := slices.Index(args, option)
	return at > 0 && strings.HasPrefix(args[at-1], "-") && strings.HasSuffix(args[at-1], "o")
}
