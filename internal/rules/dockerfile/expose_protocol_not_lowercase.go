package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeProtocolNotLowercase finds EXPOSE with a protocol in upper case.
//
// Docker writes protocols in lower case, and so do the tools that read images.
//
// Silent for variables.
//
// Off by default: Docker takes both.
var ExposeProtocolNotLowercase = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-protocol-not-lowercase",
		Title:    "The protocol of EXPOSE has upper case letters",
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
				Message: fmt.Sprintf("%q has its protocol in upper case; write %s", short(w.Text), short(lower)),
				Fixes: []lint.Fix{{
					Title: "write " + short(lower), Applicability: lint.Safe, MaxEffect: lint.EffectNone,
					Edits: []lint.FileEdit{lint.Replace(w.Span, lower)},
				}},
			})
		}
	}
}
