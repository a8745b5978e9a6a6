package lsp

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/text"
)

// encoding is how a client counts the characters of a line.
type encoding bool

// The encodings that the server speaks. UTF-16 is the one that every client has.
const (
	utf16 encoding = false
	utf8s encoding = true
)

func (e encoding) String() string {
	if e == utf8s {
		return "utf-8"
	}
	return "utf-16"
}

// content is a text with its lines as the protocol counts them: they end with LF, CRLF or
// CR, and a byte order mark is a character. It is never changed.
type content struct {
	src    []byte
	starts []int
}

func newContent(src []byte) *content {
	starts := make([]int, 1, bytes.Count(src, []byte{'\n'})+1)
	for i := 0; i < len(src); i++ {
		n := bytes.IndexAny(src[i:], "\r\n")
		if n < 0 {
			break
		}
		if i += n; src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n' {
			i++
		}
		starts = append(starts, i+1)
	}
	return &content{src: src, starts: starts}
}

// line is a line, counted from 0, without its end.
func (c *content) line(n int) text.Span {
	end := len(c.src)
	if n+1 < len(c.starts) {
		end = c.starts[n+1]
		for end > c.starts[n] && (c.src[end-1] == '\n' || c.src[end-1] == '\r') {
			end--
		}
	}
	return text.Span{Start: c.starts[n], End: end}
}

// lineOf is the line of a byte offset, counted from 0.
func (c *content) lineOf(offset int) int {
	i, found := slices.BinarySearch(c.starts, offset)
	if !found {
		i--
	}
	return i
}

// offset is the byte offset of a position. One behind the end of a line, or of the text, is
// that end; one within a character is its beginning.
func (c *content) offset(p position, e encoding) int {
	if int64(p.Line) >= int64(len(c.starts)) {
		return len(c.src)
	}
	line := c.line(int(p.Line))
	if e == utf8s {
		at := int(min(int64(p.Character), int64(line.Len()))) + line.Start
		for at > line.Start && at < line.End && !utf8.RuneStart(c.src[at]) {
			at--
		}
		return at
	}
	at, units := line.Start, int64(0)
	for at < line.End {
		r, size := utf8.DecodeRune(c.src[at:line.End])
		units++
		if r > 0xFFFF {
			units++
		}
		if units > int64(p.Character) {
			break
		}
		at += size
	}
	return at
}

// position is the position of a byte offset, which is clamped to the text.
func (c *content) position(offset int, e encoding) position {
	offset = min(max(offset, 0), len(c.src))
	n := c.lineOf(offset)
	line := c.line(n)
	before := c.src[line.Start:min(max(offset, line.Start), line.End)]
	if e == utf8s {
		return position{uint32(n), uint32(len(before))} //nolint:gosec // a text has at most maxMessage bytes
	}
	units := 0
	for len(before) > 0 {
		r, size := utf8.DecodeRune(before)
		units++
		if r > 0xFFFF {
			units++
		}
		before = before[size:]
	}
	return position{uint32(n), uint32(units)} //nolint:gosec // a text has at most maxMessage bytes
}

func (c *content) textRange(span text.Span, e encoding) textRange {
	return textRange{c.position(span.Start, e), c.position(span.End, e)}
}

// span is a range as bytes. One whose end is before its start is empty.
func (c *content) span(r textRange, e encoding) text.Span {
	start, end := c.offset(r.Start, e), c.offset(r.End, e)
	return text.Span{Start: start, End: max(start, end)}
}

// change is the text after a change; without a range it is all new.
func (c *content) change(x contentChange, e encoding) *content {
	if x.Range == nil {
		return newContent([]byte(x.Text))
	}
	span := c.span(*x.Range, e)
	src := make([]byte, 0, len(c.src)-span.Len()+len(x.Text))
	src = append(src, c.src[:span.Start]...)
	src = append(src, x.Text...)
	return newContent(append(src, c.src[span.End:]...))
}
