package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WgetAndCurl reports stages that download with both wget and curl.
//
// # Why it matters
//
// One program is enough. Without the other one and its libraries, the image is smaller and
// has fewer packages to update.
//
// The rule is off by default, because the gain is small, and a script of another project
// may need the second program.
//
// # How to fix it
//
// Use one of them for all downloads:
//
//	RUN curl -fsSLO https://example.com/file
//
// # Fix safety
//
// There is no automatic fix: the two programs have different options and defaults.
//
// # Exceptions
//
// It does not report:
//
//   - wget and curl in different stages
var WgetAndCurl = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "wget-and-curl",
		Title:    "Stage uses both wget and curl",
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
				Message: fmt.Sprintf("this stage downloads with both %s and %s, so the image needs two programs for one task; use only one", c.Name(), before.Name()),
				Related: []lint.Related{{Span: before.Words[0].Span, Message: before.Name() + " is used here"}},
			})
		}
	}, "wget", "curl")
	said.Report(p.Report)
}
