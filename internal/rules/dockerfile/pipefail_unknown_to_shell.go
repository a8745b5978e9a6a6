package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
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
// There is no automatic fix: only the author can decide between another shell and a script without
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
