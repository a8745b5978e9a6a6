package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidOnbuildTrigger finds ONBUILD with ONBUILD, FROM or MAINTAINER: Docker
// refuses it.
//
// There is no fix: only the author knows what was meant.
var InvalidOnbuildTrigger = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-onbuild-trigger",
		Title:    "ONBUILD cannot trigger this",
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
			p.Report(lint.Finding{Span: in.Head, Message: fmt.Sprintf("ONBUILD cannot trigger %s, so the build fails; remove it", strings.ToUpper(word))})
		}
	}
}
