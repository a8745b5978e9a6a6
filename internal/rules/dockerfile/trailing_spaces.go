package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// TrailingSpaces reports spaces and tabs at the end of a line.
//
// # Why it matters
//
// Whitespace at the end of a line is invisible and causes changes in diffs when an editor
// removes it.
//
// The rule is off by default, because it is a matter of style.
//
// # How to fix it
//
// Remove the whitespace. Most editors can do this when they save a file.
//
// # Exceptions
//
// It does not report:
//
//   - lines of here-documents, where the whitespace is part of the text
var TrailingSpaces = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "trailing-spaces",
		Title:    "Line ends with whitespace",
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
		fix := lint.Fix{
			Title: "remove the whitespace", Applicability: lint.Safe, MaxEffect: lint.EffectNone,
			Edits: []lint.FileEdit{lint.Delete(span)},
		}
		if in := p.Doc.At(l.Start); in != nil && in.Keyword == "onbuild" {
			// The image keeps the text of a trigger as it is, with the whitespace.
			fix.Applicability, fix.MaxEffect = lint.Unsafe, lint.EffectConfig
		}
		p.Report(lint.Finding{Span: span, Message: "the line ends with whitespace; remove it", Fixes: []lint.Fix{fix}})
	}
}
