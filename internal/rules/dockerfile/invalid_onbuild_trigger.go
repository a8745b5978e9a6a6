package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidOnbuildTrigger reports `ONBUILD` with `ONBUILD`, `FROM` or `MAINTAINER`.
//
// # Why it matters
//
// Docker refuses the instruction, so the build fails.
//
// # How to fix it
//
// Remove the instruction, or move it out of `ONBUILD`: a child image needs its own
// `FROM`, and a `LABEL` replaces `MAINTAINER`.
//
// # Fix safety
//
// There is no automatic fix: only the author knows what was meant.
var InvalidOnbuildTrigger = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-onbuild-trigger",
		Title:    "ONBUILD has an instruction that it cannot trigger",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3043", Severity: lint.Error}},
			lint.Names("DF068", "tally/invalid-onbuild-trigger")...,
		),
	},
	Check: checkInvalidOnbuildTrigger,
}

func checkInvalidOnbuildTrigger(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "onbuild" {
			continue
		}
		word, _, _ := strings.Cut(in.Args, " ")
		switch strings.ToLower(word) {
		case "onbuild", "from", "maintainer":
			p.Report(lint.Finding{Span: in.Head, Message: fmt.Sprintf("ONBUILD cannot trigger %s, so Docker refuses to build the file; remove it", strings.ToUpper(word))})
		}
	}
}
