package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// MultipleEmptyLines reports two or more empty lines in a row between instructions.
//
// # Why it matters
//
// Different numbers of empty lines make a file look uneven, and editors that remove them
// cause changes that a review must skip. The rule is off by default, because it is a
// matter of style.
//
// # How to fix it
//
// Keep one empty line.
//
// # Exceptions
//
// It does not report:
//
//   - here-documents
var MultipleEmptyLines = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "multiple-empty-lines",
		Title:    "Several empty lines in a row",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/no-multiple-empty-lines"),
	},
	Check: checkMultipleEmptyLines,
}

func checkMultipleEmptyLines(p *facts.Pass[*facts.Dockerfile]) {
	var surplus text.Span
	first := 0
	report := func(atEnd bool) {
		if !surplus.IsEmpty() {
			removed := surplus
			if atEnd {
				removed.Start = first // a file needs no empty line at its end
			}
			p.Report(lint.Finding{
				Span:    surplus,
				Message: "several empty lines in a row; keep one",
				Fixes: []lint.Fix{
					{
						Title:         "remove the other empty lines",
						Applicability: lint.Safe,
						MaxEffect:     lint.EffectNone,
						Edits:         []lint.FileEdit{lint.Delete(removed)},
					},
				},
			})
		}
		surplus = text.Span{}
	}
	before := false
	for _, l := range p.Doc.Physical {
		blank := l.Kind == dockerfile.BlankLine && l.Instruction < 0
		switch {
		case !blank:
			report(false)
		case !before:
			first = l.Start
		case surplus.IsEmpty():
			surplus = text.Span{Start: l.Start, End: l.End}
		default:
			surplus.End = l.End
		}
		before = blank
	}
	report(true)
}
