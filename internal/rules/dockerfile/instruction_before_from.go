package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InstructionBeforeFrom reports instructions other than `ARG` above the first `FROM`.
//
// # Why it matters
//
// An instruction belongs to a stage, and a stage begins with `FROM`. Docker refuses to
// build the file.
//
// # How to fix it
//
// Move the instruction below the `FROM` of its stage.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which stage the instruction belongs to.
//
// # Exceptions
//
// It does not report:
//
//   - files without `FROM`, which are parts of other files
var InstructionBeforeFrom = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "instruction-before-from",
		Title:    "Instruction before the first FROM",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3061", Severity: lint.Error}},
			lint.Names("DF037")...,
		),
	},
	Check: checkInstructionBeforeFrom,
}

func checkInstructionBeforeFrom(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Stages()) == 0 && !p.Hadolint {
		return
	}
	for _, in := range p.Doc.Global() {
		if in.Keyword == "arg" || !isKnownInstruction(in.Keyword) {
			continue
		}
		p.Report(lint.Finding{Span: in.Head, Message: fmt.Sprintf("%s is above the first FROM, where Docker accepts only ARG, so the build fails; move it into a stage", strings.ToUpper(in.Keyword))})
	}
}

// isKnownInstruction reports whether Docker has an instruction of that name.
func isKnownInstruction(keyword string) bool {
	switch keyword {
	case "add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label", "maintainer", "onbuild", "run", "shell", "stopsignal", "user", "volume", "workdir":
		return true
	}
	return false
}
