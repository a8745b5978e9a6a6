package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InstructionBeforeFrom finds instructions other than ARG above the first FROM:
// Docker refuses the file.
//
// Silent for files without any FROM, which are parts of others.
//
// There is no fix: only the author knows which stage the instruction belongs to.
var InstructionBeforeFrom = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "instruction-before-from",
		Title:    "An instruction stands before FROM",
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
		p.Report(lint.Finding{Span: in.Head, Message: fmt.Sprintf("%s stands before the first FROM, where only ARG may; move it below", strings.ToUpper(in.Keyword))})
	}
}

// isKnownInstruction tells whether Docker has an instruction of that name.
func isKnownInstruction(keyword string) bool {
	switch keyword {
	case "add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label", "maintainer", "onbuild", "run", "shell", "stopsignal", "user", "volume", "workdir":
		return true
	}
	return false
}
