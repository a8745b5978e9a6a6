package dockerfile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// FinalNewlineMissing reports files whose last line does not end with a newline.
//
// # Why it matters
//
// Text that a command appends later becomes part of the last line. A diff then also
// shows that line as changed.
//
// The rule is off by default, because it is a matter of style.
//
// # How to fix it
//
// Add a newline at the end of the file.
//
// # Exceptions
//
// It does not report empty files.
var FinalNewlineMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-newline-missing",
		Title:    "File does not end with a newline",
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
		edit = lint.Delete(text.Span{Start: last.Start, End: n}) // the last line has only blanks: remove it
	}
	p.Report(lint.Finding{
		Span:    text.Span{Start: last.Start, End: n},
		Message: "the last line does not end with a newline; add one",
		Fixes:   []lint.Fix{{Title: "add the newline", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{edit}}},
	})
}
