package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidDefinitionDescription finds comments above ARG and FROM that do not
// describe them.
//
// "docker build --call=outline" shows the comment directly above an ARG or a
// named stage as its description, if it begins with the name.
//
// Silent for a blank line between, for directives and ignore comments.
var InvalidDefinitionDescription = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-definition-description",
		Title:    "A comment above an ARG or a stage is no description of it",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("InvalidDefinitionDescription"),
	},
	Check: checkInvalidDefinitionDescription,
}

func checkInvalidDefinitionDescription(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		name := ""
		switch {
		case in.Err != nil || len(in.Comments) == 0:
			continue
		case in.Keyword == "arg" && len(in.Pairs) == 1:
			name = in.Pairs[0].Key
		case in.Keyword == "from" && len(in.Words) == 3:
			name = in.Words[2].Text
		default:
			continue
		}
		last := in.Comments[len(in.Comments)-1]
		if p.Doc.Lines.Position(last.Start).Line+1 != p.Doc.Lines.Position(in.Span.Start).Line {
			continue // a blank line between
		}
		words := strings.Fields(strings.TrimLeft(p.Doc.Text(last), "# \t"))
		if len(words) == 0 || words[0] == name || strings.ContainsAny(words[0], "=:") || words[0] == "hadolint" || words[0] == "dockmend" {
			continue
		}
		p.Report(lint.Finding{
			Fixes:   unsafeFix("put a blank line below", lint.EffectNone, lint.Insert(wholeLines(in).Start, p.Doc.Newline())),
			Span:    last,
			Message: fmt.Sprintf("%s is shown as the description of %s but does not begin with the name; begin with it, or put a blank line below", quoteShort(p.Doc.Text(last)), name),
		})
	}
}
