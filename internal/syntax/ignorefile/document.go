// Package ignorefile reads .dockerignore files without loss, as BuildKit reads
// them: with moby's rules for lines and moby's matcher for patterns.
package ignorefile

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/internal/text"
)

// maxLine is the length in bytes at which moby's reader gives up the file
// (bufio.MaxScanTokenSize; a carriage return counts, a line feed does not).
const maxLine = 64 * 1024

// Document is one ignore file, read once. It is not changed after Parse and is
// safe for concurrent use.
type Document struct {
	// Src holds the file's bytes as they are.
	Src   []byte
	Lines *text.LineIndex
	// Physical has one entry for each line; joined, they are Src.
	Physical []Line
	// Patterns in file order; a later one overrules an earlier one.
	Patterns []*Pattern
	// Err is set when Docker refuses to read the file at all. What follows the
	// line that it names is read here all the same.
	Err error

	index index
}

// LineKind says what a line is.
type LineKind uint8

// The kinds of lines. Only a "#" in the very first column makes a comment;
// after a blank it is a part of a pattern.
const (
	BlankLine LineKind = iota
	CommentLine
	PatternLine
)

// Line is a line cut at byte offsets: what stands before the text (blanks, byte
// order mark), the text, blanks after it, the line end.
type Line struct {
	Kind                           LineKind
	Start, Text, TextEnd, EOL, End int
}

// Span of the line's text, without the blanks around it.
func (l Line) Span() text.Span { return text.Span{Start: l.Text, End: l.TextEnd} }

// Full is the span of the whole line with its line end.
func (l Line) Full() text.Span { return text.Span{Start: l.Start, End: l.End} }

// Pattern is a line that decides about paths.
type Pattern struct {
	// Line is 1-based.
	Line int
	// Text is as written, without the blanks around it; Span is its place.
	Text string
	Span text.Span
	// Body is the place of what follows the "!" and the blanks after it; the
	// same as Span when there is none.
	Body text.Span
	// Cleaned is what moby's reader makes of Text, with "!" in front where the
	// pattern takes files back in: "./a//b/" becomes "a/b".
	Cleaned string
	// Negated reports whether the pattern takes files back in. It follows from
	// Cleaned, as for the matcher: "/!a" negates too.
	Negated bool
	// Err says why the pattern decides nothing here. Docker refuses a file with
	// such a pattern as a whole, unless it is ErrNotEvaluated.
	Err error

	matcher matcher
}

// Parse reads an ignore file; it never fails.
func Parse(src []byte) *Document { return ParseIndexed(src, text.NewLineIndex(src)) }

// ParseIndexed is Parse for a file whose lines are indexed already.
func ParseIndexed(src []byte, lines *text.LineIndex) *Document {
	d := &Document{Src: src, Lines: lines}
	budget := newBudget()
	for start := 0; start < len(src); {
		line := cutLine(src, start)
		d.Physical = append(d.Physical, line)
		if line.length(src) >= maxLine && d.Err == nil {
			d.Err = fmt.Errorf("line %d has %d bytes or more, which Docker refuses to read", len(d.Physical), maxLine)
		}
		if line.Kind == PatternLine {
			p := newPattern(src, line, len(d.Physical))
			p.matcher, p.Err = budget.compile(p.Cleaned, p.Negated)
			d.Patterns = append(d.Patterns, p)
		}
		start = line.End
	}
	d.index = newIndex(d.Patterns)
	return d
}

// length counts the bytes that moby's reader holds at once.
func (l Line) length(src []byte) int {
	end := l.End
	if end > l.Start && src[end-1] == '\n' {
		end--
	}
	return end - l.Start
}

func cutLine(src []byte, start int) Line {
	l := Line{Start: start, EOL: len(src), End: len(src)}
	if n := bytes.IndexByte(src[start:], '\n'); n >= 0 {
		l.EOL, l.End = start+n, start+n+1
		if l.EOL > start && src[l.EOL-1] == '\r' {
			l.EOL--
		}
	}
	content := src[start:l.EOL]
	if start == 0 {
		content = bytes.TrimPrefix(content, []byte{0xEF, 0xBB, 0xBF})
	}
	l.Text = l.EOL - len(bytes.TrimLeftFunc(content, unicode.IsSpace))
	l.TextEnd = l.Text + len(bytes.TrimSpace(content))
	switch {
	case bytes.HasPrefix(content, []byte("#")):
		l.Kind = CommentLine
	case l.TextEnd > l.Text:
		l.Kind = PatternLine
	}
	return l
}

func newPattern(src []byte, l Line, number int) *Pattern {
	p := &Pattern{Line: number, Span: l.Span(), Body: l.Span()}
	p.Text = string(p.Span.Of(src))
	body, invert := strings.CutPrefix(p.Text, "!")
	if invert {
		body = strings.TrimSpace(body)
		p.Body.Start = p.Body.End - len(body)
	}
	p.Cleaned = clean(body)
	if invert {
		p.Cleaned = "!" + p.Cleaned
	}
	p.Negated = strings.HasPrefix(p.Cleaned, "!")
	return p
}

// clean does what ignorefile.ReadAll of github.com/moby/patternmatcher does
// with a pattern; the fuzz test holds the two together.
func clean(body string) string {
	if body == "" {
		return ""
	}
	body = filepath.ToSlash(filepath.Clean(body))
	if len(body) > 1 && body[0] == '/' {
		body = body[1:]
	}
	return body
}
