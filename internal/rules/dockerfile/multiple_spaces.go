package dockerfile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// MultipleSpaces reports two or more spaces or tabs between two words of an instruction.
//
// # Why it matters
//
// Extra spaces are often left over from an edit, and they make a search for the command
// fail. The rule is off by default, because it is a matter of style.
//
// # How to fix it
//
// Keep one space.
//
// # Exceptions
//
// It does not report:
//
//   - quoted text, here-documents and indentation
//   - spaces that align words with the lines above or below, or that align the
//     backslashes at the ends of lines
//   - spaces that can be a part of a value: in `ENV key value`, in `WORKDIR`, and in
//     scripts for another shell
var MultipleSpaces = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "multiple-spaces",
		Title:    "Several spaces in a row",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/no-multi-spaces"),
	},
	Check: checkMultipleSpaces,
}

func checkMultipleSpaces(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Err != nil || len(in.Heredocs) > 0 {
			continue
		}
		kept, ok := keptBlanks(p.Doc, in)
		if !ok {
			continue
		}
		for _, l := range in.PhysicalLines() {
			if l.Kind == dockerfile.CodeLine {
				reportBlanks(p, l, kept)
			}
		}
	}
}

// keptBlanks are the places of an instruction whose spaces have a meaning; ok is false
// where that is not known.
func keptBlanks(d *facts.Dockerfile, in *dockerfile.Instruction) (kept []text.Span, ok bool) {
	switch in.Keyword {
	case "run", "cmd", "entrypoint":
		if in.JSON {
			return quotedSpans(d, in), true
		}
		s := in.Script()
		if s == nil || s.File == nil || !s.Editable() || !d.RunsPOSIX(in) {
			return nil, false
		}
		syntax.Walk(s.File, func(n syntax.Node) bool {
			switch n.(type) {
			case *syntax.SglQuoted, *syntax.DblQuoted, *syntax.Comment, *syntax.Redirect, *syntax.TestClause, *syntax.ParamExp:
				kept = append(kept, s.SpanOf(n))
				return false
			}
			return n != nil
		})
		return kept, true
	case "from", "copy", "add", "expose":
		return quotedSpans(d, in), true
	case "env", "label", "arg":
		for _, pair := range in.Pairs {
			if pair.Legacy {
				return nil, false
			}
			kept = append(kept, pair.Span)
		}
		return kept, true
	}
	return nil, false
}

// quotedSpans are the places between quotes.
func quotedSpans(d *facts.Dockerfile, in *dockerfile.Instruction) (spans []text.Span) {
	quote, start := byte(0), 0
	for i := in.Head.Start; i < in.Head.End; i++ {
		switch c := d.Src[i]; {
		case c == '\\':
			i++
		case quote == 0 && (c == '"' || c == '\''):
			quote, start = c, i
		case quote != 0 && c == quote:
			spans = append(spans, text.Span{Start: start, End: i + 1})
			quote = 0
		}
	}
	return spans
}

func reportBlanks(p *facts.Pass[*facts.Dockerfile], l dockerfile.Line, kept []text.Span) {
	start := l.Text
	for start < l.Continued && isBlank(p.Doc.Src[start]) {
		start++
	}
	for at := start; at < l.Continued; at++ {
		if !isBlank(p.Doc.Src[at]) {
			continue
		}
		span := text.Span{Start: at, End: at}
		for span.End < l.Continued && isBlank(p.Doc.Src[span.End]) {
			span.End++
		}
		at = span.End
		if span.Len() < 2 || span.End == l.Continued || p.Doc.Src[span.Start-1] == '\\' || overlapsAny(kept, span) {
			continue
		}
		if isAligned(p.Doc, l, span) {
			continue
		}
		p.Report(lint.Finding{
			Span:    span,
			Message: "several spaces in a row; keep one",
			Fixes: []lint.Fix{
				{Title: "keep one space", Applicability: lint.Safe, MaxEffect: lint.EffectShell, Edits: []lint.FileEdit{lint.Replace(span, " ")}},
			},
		})
	}
}

// maxAligned is how many lines above and below one are compared with it, and maxBetween how
// many lines without a word in the column may stand between two that are aligned.
const maxAligned, maxBetween = 64, 3

// isAligned reports whether the spaces before a place move the word there into the column
// of a word in the lines above or below. Where all of these lines have the same two spaces,
// the words before have the same length by chance.
func isAligned(d *facts.Dockerfile, l dockerfile.Line, gap text.Span) bool {
	const byHabit = 2
	number, column := d.Lines.Position(l.Start).Line, gap.End-l.Start-bom(d, l)
	for _, step := range []int{-1, 1} {
		between := 0
		for i := 1; i <= maxAligned && between <= maxBetween; i++ {
			at := number + i*step
			if at < 1 || at > len(d.Physical) {
				break
			}
			blanks, ok := blanksBefore(d, d.Physical[at-1], column)
			switch {
			case !ok, between > 0 && lineWord(d, d.Physical[at-1]) != lineWord(d, l):
				between++
			case blanks != gap.Len() || blanks > byHabit || i == maxAligned:
				return true
			}
		}
	}
	return false
}

// lineWord is the first word of a line.
func lineWord(d *facts.Dockerfile, l dockerfile.Line) string {
	word, _, _ := bytes.Cut(bytes.TrimLeft(d.Src[l.Start+bom(d, l):l.EOL], " \t"), []byte(" "))
	return string(word)
}

// blanksBefore counts the spaces before the word that begins in a column of a line; ok is
// false if no word begins there.
func blanksBefore(d *facts.Dockerfile, l dockerfile.Line, column int) (blanks int, ok bool) {
	line := d.Src[l.Start+bom(d, l) : l.EOL]
	if column >= len(line) || column < 1 || isBlank(line[column]) {
		return 0, false
	}
	before := line[:column]
	blanks = len(before) - len(bytes.TrimRight(before, " \t"))
	return blanks, blanks > 0
}

// bom is the length of the byte order mark of a line, in bytes.
func bom(d *facts.Dockerfile, l dockerfile.Line) int {
	const mark = "\xEF\xBB\xBF"
	if bytes.HasPrefix(d.Src[l.Start:l.EOL], []byte(mark)) {
		return len(mark)
	}
	return 0
}

func overlapsAny(spans []text.Span, span text.Span) bool {
	for _, s := range spans {
		if s.Overlaps(span) {
			return true
		}
	}
	return false
}
