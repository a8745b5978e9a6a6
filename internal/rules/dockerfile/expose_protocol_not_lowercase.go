package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeProtocolNotLowercase reports `EXPOSE` with a protocol that is not in lower case,
// such as `80/TCP`.
//
// # Why it matters
//
// Docker and the tools that read images write protocols in lower case. One spelling is
// easier to search for.
//
// The rule is off by default, because Docker accepts both.
//
// # How to fix it
//
// Write the protocol in lower case, as in `80/tcp`.
//
// # Exceptions
//
// It does not report values with a variable.
var ExposeProtocolNotLowercase = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-protocol-not-lowercase",
		Title:    "Protocol in EXPOSE is not in lower case",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("ExposeProtoCasing"),
	},
	Check: checkExposeProtocolNotLowercase,
}

func checkExposeProtocolNotLowercase(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "expose" || in.Err != nil {
			continue
		}
		for _, w := range in.Words {
			port, protocol, ok := strings.Cut(w.Text, "/")
			if !ok || protocol == strings.ToLower(protocol) || strings.Contains(w.Text, "$") {
				continue
			}
			lower := port + "/" + strings.ToLower(protocol)
			p.Report(lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("the protocol in %q is not in lower case; write %s", short(w.Text), short(lower)),
				Fixes: []lint.Fix{{
					Title: "write " + short(lower), Applicability: lint.Safe, MaxEffect: lint.EffectNone,
					Edits: []lint.FileEdit{lint.Replace(w.Span, lower)},
				}},
			})
		}
	}
}
