package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// TrailingSpaces finds blanks at the end of a line.
//
// Silent in here-documents, where they are text. Blanks behind a continuation
// character do no harm either: the builder knows them.
//
// Off by default: it is a matter of taste.
var TrailingSpaces = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "trailing-spaces",
		Title:    "Blanks at the end of a line",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/no-trailing-spaces"),
	},
	Check: checkTrailingSpaces,
}

func checkTrailingSpaces(p *facts.Pass[*facts.Dockerfile]) {
	for _, l := range p.Doc.Physical {
		if l.Kind == dockerfile.HeredocLine || l.Kind == dockerfile.HeredocEndLine {
			continue
		}
		start := l.EOL
		for start > l.Start && isBlank(p.Doc.Src[start-1]) {
			start--
		}
		if start == l.EOL {
			continue
		}
		span := text.Span{Start: start, End: l.EOL}
		p.Report(lint.Finding{
			Span:    span,
			Message: "there are blanks at the end of the line; remove them",
			Fixes:   []lint.Fix{{Title: "remove the blanks", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{lint.Delete(span)}}},
		})
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
