package dockerfile

import (
	"slices"

	"github.com/dockmend/dockmend/internal/text"
)

// TokenKind says what a token is.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenSpace TokenKind = iota
	TokenLineEnd
	TokenComment
	TokenDirective
	TokenKeyword
	TokenFlag
	TokenJSONString
	TokenText
	TokenContinuation
	TokenHeredoc
	TokenHeredocEnd
)

// Token is a piece of the file; the tokens of a document, joined, are its bytes.
type Token struct {
	Kind TokenKind
	Span text.Span
}

// Tokens cuts the whole file into tokens.
func (d *Document) Tokens() []Token {
	var tokens []Token
	add := func(kind TokenKind, start, end int) {
		if end > start {
			tokens = append(tokens, Token{kind, text.Span{Start: start, End: end}})
		}
	}
	kinds := map[LineKind]TokenKind{
		BlankLine: TokenSpace, CommentLine: TokenComment, DirectiveLine: TokenDirective,
		HeredocLine: TokenHeredoc, HeredocEndLine: TokenHeredocEnd,
	}
	var marks []Token
	at := -1
	for _, l := range d.Physical {
		add(TokenSpace, l.Start, l.Text)
		if l.Kind == CodeLine {
			if l.Instruction != at {
				at = l.Instruction
				marks = d.Instructions[at].marks()
			}
			addMarked(add, marks, l.Text, l.Continued)
		} else {
			add(kinds[l.Kind], l.Text, l.Continued)
		}
		add(TokenContinuation, l.Continued, l.EOL)
		add(TokenLineEnd, l.EOL, l.End)
	}
	return tokens
}

// addMarked cuts a line's text at the marked spans that lie in it.
func addMarked(add func(TokenKind, int, int), marks []Token, start, end int) {
	for _, m := range marks {
		from, to := max(m.Span.Start, start), min(m.Span.End, end)
		if from >= to {
			continue
		}
		add(TokenText, start, from)
		add(m.Kind, from, to)
		start = to
	}
	add(TokenText, start, end)
}

func (in *Instruction) marks() []Token {
	marks := []Token{{TokenKeyword, in.KeywordSpan}}
	for _, f := range in.Flags {
		marks = append(marks, Token{TokenFlag, f.Span})
	}
	if in.JSON {
		for _, w := range in.Words {
			if b := in.doc.Src[w.Span.Start]; b == '"' {
				marks = append(marks, Token{TokenJSONString, w.Span})
			}
		}
	}
	if in.Inner != nil {
		marks = append(marks, in.Inner.marks()...)
	}
	slices.SortFunc(marks, func(a, b Token) int { return a.Span.Start - b.Span.Start })
	return marks
}
