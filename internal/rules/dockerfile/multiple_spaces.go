package dockerfile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// MultipleSpaces finds two blanks or more between two words of an instruction.
//
// Silent for quoted text, here-documents, indentation, blanks that line up words of
// several lines or the ends of continued lines, and where the blanks may be a part of the value: in
// the old form of ENV, in WORKDIR, in scripts for another shell.
//
// Off by default: it is a matter of taste.
var MultipleSpaces = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "multiple-spaces",
		Title:    "Several blanks in a row",
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

// keptBlanks are the places of an instruction whose blanks mean something; ok is
// false where nobody can tell.
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
		if span.Len() < 2 || span.End == l.Continued || p.Doc.Src[span.Start-1] == '\\' || overlapsAny(kept, span) || isAligned(p.Doc, l, span.End) {
			continue
		}
		p.Report(lint.Finding{
			Span:    span,
			Message: "several blanks stand in a row; one is enough",
			Fixes:   []lint.Fix{{Title: "leave one blank", Applicability: lint.Safe, MaxEffect: lint.EffectShell, Edits: []lint.FileEdit{lint.Replace(span, " ")}}},
		})
	}
}

// isAligned reports whether the word at a place begins in the same column as one of
// the line above or below.
func isAligned(d *facts.Dockerfile, l dockerfile.Line, at int) bool {
	visible := func(l dockerfile.Line) []byte { return bytes.TrimPrefix(d.Src[l.Start:l.EOL], []byte("\xEF\xBB\xBF")) }
	number, column := d.Lines.Position(l.Start).Line, at-(l.EOL-len(visible(l)))
	for _, other := range []int{number - 1, number + 1} {
		if other < 1 || other > len(d.Physical) {
			continue
		}
		line := visible(d.Physical[other-1])
		if column < len(line) && column > 0 && !isBlank(line[column]) && isBlank(line[column-1]) {
			return true
		}
	}
	return false
}

func overlapsAny(spans []text.Span, span text.Span) bool {
	for _, s := range spans {
		if s.Overlaps(span) {
			return true
		}
	}
	return false
}
