package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// InvisibleCharacters reports typographic quotes, no-break spaces and zero-width
// characters in instructions. Such characters get into a file with text that is copied
// from a web page or a word processor.
//
// # Why it matters
//
// They look like a plain quote, like a space or like nothing, but Docker and the shell
// read them as letters. A command is then not found, or a quoted text ends in the wrong
// place.
//
// # How to fix it
//
// Replace a typographic quote with `"` or `'`, a no-break space with a space, and remove
// zero-width characters.
//
// # Exceptions
//
// It does not report:
//
//   - comments, `LABEL` and `MAINTAINER`
//   - here-documents, and text between plain quotes
//   - an apostrophe between letters, as in a name
var InvisibleCharacters = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invisible-characters",
		Title:    "Typographic or invisible character instead of a plain one",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkInvisibleCharacters,
}

func checkInvisibleCharacters(p *facts.Pass[*facts.Dockerfile]) {
	if !slices.ContainsFunc(p.Doc.Src, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return
	}
	for _, in := range p.Doc.Instructions {
		switch in.Keyword {
		case "label", "maintainer":
			continue
		}
		reportLookAlikes(p, in)
	}
}

// reportLookAlikes reports the look-alikes of an instruction as one finding.
func reportLookAlikes(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) {
	var f lint.Finding
	var edits []lint.FileEdit
	quote := byte(0)
	for _, l := range in.PhysicalLines() {
		if l.Kind != dockerfile.CodeLine {
			continue
		}
		end := min(l.Continued, in.Head.End)
		for at := l.Text; at < end; {
			c := p.Doc.Src[at]
			if c < utf8.RuneSelf {
				switch {
				case c == p.Doc.Escape && quote != '\'':
					at++
				case quote == 0 && (c == '"' || c == '\''):
					quote = c
				case c == quote:
					quote = 0
				}
				at++
				continue
			}
			r, size := utf8.DecodeRune(p.Doc.Src[at:end])
			span := text.Span{Start: at, End: at + size}
			at += size
			name, plain := lookAlike(r)
			if name == "" || quote != 0 || isApostrophe(p.Doc.Src, span, r) {
				continue
			}
			if len(edits) == 0 {
				f.Span = span
				f.Message = fmt.Sprintf("%s is read as a letter, not as the character that it looks like; %s", name, plainName(plain))
			}
			edits = append(edits, lint.Replace(span, plain))
		}
	}
	if len(edits) == 0 {
		return
	}
	f.Fixes = []lint.Fix{{Title: "write plain characters", Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown, Edits: edits}}
	p.Report(f)
}

// lookAlike names a character that looks like another one, and returns the other one; name
// is empty for all others.
func lookAlike(r rune) (name, plain string) {
	switch r {
	case '\u201C', '\u201D', '\u201E', '\u201F', '\u2033':
		return fmt.Sprintf("the typographic quote U+%04X", r), `"`
	case '\u2018', '\u2019', '\u201A', '\u201B', '\u2032':
		return fmt.Sprintf("the typographic quote U+%04X", r), "'"
	case '\u00A0', '\u202F', '\u2007', '\u3000':
		return fmt.Sprintf("the space U+%04X", r), " "
	case '\u200B', '\u200C', '\u200D', '\u2060', '\uFEFF', '\u00AD', '\u200E', '\u200F':
		return fmt.Sprintf("the invisible character U+%04X", r), ""
	}
	if r >= '\u2000' && r <= '\u200A' {
		return fmt.Sprintf("the space U+%04X", r), " "
	}
	return "", ""
}

func plainName(plain string) string {
	switch plain {
	case "":
		return "remove it"
	case " ":
		return "write a plain space"
	}
	return "write a plain " + plain
}

// isApostrophe reports whether a single quote is between letters.
func isApostrophe(src []byte, at text.Span, r rune) bool {
	if !strings.ContainsRune("\u2018\u2019\u2032", r) {
		return false
	}
	before, _ := utf8.DecodeLastRune(src[:at.Start])
	after, _ := utf8.DecodeRune(src[at.End:])
	return unicode.IsLetter(before) && unicode.IsLetter(after)
}
