package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WgetAndCurl finds stages that fetch with wget and with curl: one is enough,
// and the other need not be installed.
//
// Off by default: the gain is small, and what uses the other one is often a
// script of somebody else.
var WgetAndCurl = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "wget-and-curl",
		Title:    "Both wget and curl",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL4001", Severity: lint.Warning}},
			lint.Names("DF058", "DS014", "kics:run_using_wget_and_curl", "semgrep:use-either-wget-or-curl")...,
		),
	},
	Check: checkWgetAndCurl,
}

func checkWgetAndCurl(p *facts.Pass[*facts.Dockerfile]) {
	first := map[*facts.Stage]*facts.Command{}
	var said facts.SaidOnce
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "wget" && c.Name() != "curl" {
			return
		}
		s := p.Doc.StageOf(c.Instruction)
		switch before := first[s]; {
		case before == nil:
			first[s] = c
		case before.Name() != c.Name():
			said.Add(s, lint.Finding{
				Span:    c.Words[0].Span,
				Message: fmt.Sprintf("%s is used here and %s before; one of the two is enough", c.Name(), before.Name()),
				Related: []lint.Related{{Span: before.Words[0].Span, Message: before.Name() + " is used here"}},
			})
		}
	}, "wget", "curl")
	said.Report(p.Report)
}
