package dockerfile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// FinalNewlineMissing finds files whose last line has no end: a line that is
// appended later becomes a part of it.
//
// Silent for empty files. Off by default: it is a matter of taste.
var FinalNewlineMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-newline-missing",
		Title:    "The file does not end in a newline",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/eol-last"),
	},
	Check: checkFinalNewlineMissing,
}

func checkFinalNewlineMissing(p *facts.Pass[*facts.Dockerfile]) {
	n := len(p.Doc.Src)
	if n == 0 || len(p.Doc.Physical) == 0 || p.Doc.Src[n-1] == '\n' {
		return
	}
	last := p.Doc.Physical[len(p.Doc.Physical)-1]
	edit := lint.Insert(n, p.Doc.Newline())
	if len(bytes.TrimSpace(p.Doc.Src[last.Start:])) == 0 && last.Start > 0 {
		edit = lint.Delete(text.Span{Start: last.Start, End: n}) // nothing but blanks: the line above is the last
	}
	p.Report(lint.Finding{
		Span:    text.Span{Start: last.Start, End: n},
		Message: "the last line has no line end; add one",
		Fixes:   []lint.Fix{{Title: "end the line", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{edit}}},
	})
}
