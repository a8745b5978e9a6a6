package text

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// Position is a place as people and reports count it: Line is 1-based, Column
// is 1-based and counts UTF-8 bytes (docs/contract.md section 2).
type Position struct {
	Line, Column int
}

// LineIndex maps byte offsets to positions. It is made once for each file and
// is safe for concurrent use. Lines end with LF; a CR before it belongs to the
// line's end, a lone CR is an ordinary byte, as for BuildKit's parser. A syntax
// that ends lines elsewhere has an index of its own (NewLineIndexFunc).
type LineIndex struct {
	src    []byte
	starts []int
	bom    int
	// lineBreak is nil for lines that end with LF.
	lineBreak func(src []byte, at int) int
}

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// NewLineIndex indexes src, which the caller must not change afterwards.
func NewLineIndex(src []byte) *LineIndex {
	starts := make([]int, 1, bytes.Count(src, []byte{'\n'})+1)
	for i := 0; i < len(src); {
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		starts = append(starts, i)
	}
	return newLineIndex(src, starts)
}

// NewLineIndexFunc indexes src by the line ends of another syntax. lineBreak is
// the length in bytes of the line end at an offset, 0 where there is none; it
// must not depend on what stands before the offset.
func NewLineIndexFunc(src []byte, lineBreak func(src []byte, at int) int) *LineIndex {
	starts := []int{0}
	for i := 0; i < len(src); {
		n := lineBreak(src, i)
		i += max(n, 1)
		if n > 0 {
			starts = append(starts, i)
		}
	}
	x := newLineIndex(src, starts)
	x.lineBreak = lineBreak
	return x
}

func newLineIndex(src []byte, starts []int) *LineIndex {
	x := &LineIndex{src: src, starts: starts}
	if bytes.HasPrefix(src, byteOrderMark) {
		x.bom = len(byteOrderMark)
	}
	return x
}

// Lines is the number of lines; a final newline does not open another line,
// and an empty file has one.
func (x *LineIndex) Lines() int {
	n := len(x.starts)
	if n > 1 && x.starts[n-1] == len(x.src) {
		n--
	}
	return n
}

// Position of a byte offset. Offsets outside the file are clamped. A byte
// order mark is no part of the first line's columns: editors do not show it.
func (x *LineIndex) Position(offset int) Position {
	offset = min(max(offset, 0), len(x.src))
	line := sort.SearchInts(x.starts, offset+1)
	start := x.starts[line-1]
	if line == 1 {
		start = min(x.bom, offset)
	}
	return Position{Line: line, Column: offset - start + 1}
}

// Offset of a position; the inverse of Position for every position in the file.
func (x *LineIndex) Offset(p Position) int {
	line := min(max(p.Line, 1), len(x.starts))
	start := x.starts[line-1]
	if line == 1 {
		start = x.bom
	}
	return min(start+max(p.Column, 1)-1, len(x.src))
}

// Line is the span of the 1-based line n without its line end.
func (x *LineIndex) Line(n int) Span {
	full := x.FullLine(n)
	end := full.End
	if x.lineBreak != nil {
		// The longest one counts: CRLF, not its LF.
		const longest = 3
		for at := max(full.End-longest, full.Start); at < full.End; at++ {
			if x.lineBreak(x.src, at) == full.End-at {
				return Span{Start: full.Start, End: at}
			}
		}
		return full
	}
	if end > full.Start && x.src[end-1] == '\n' {
		end--
		if end > full.Start && x.src[end-1] == '\r' {
			end--
		}
	}
	return Span{Start: full.Start, End: end}
}

// FullLine is the span of the 1-based line n with its line end.
func (x *LineIndex) FullLine(n int) Span {
	if n < 1 || n > len(x.starts) {
		return Span{Start: len(x.src), End: len(x.src)}
	}
	end := len(x.src)
	if n < len(x.starts) {
		end = x.starts[n]
	}
	return Span{Start: x.starts[n-1], End: end}
}

// RuneColumn is the 1-based column in Unicode code points, for SARIF viewers
// and terminals. An invalid byte counts as one.
func (x *LineIndex) RuneColumn(offset int) int {
	return utf8.RuneCount(x.before(offset)) + 1
}

// UTF16Column is the 1-based column in UTF-16 code units.
func (x *LineIndex) UTF16Column(offset int) int {
	column := 1
	for rest := x.before(offset); len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		column++
		if r > 0xFFFF {
			column++
		}
		rest = rest[size:]
	}
	return column
}

func (x *LineIndex) before(offset int) []byte {
	p := x.Position(offset)
	start := x.Offset(Position{Line: p.Line, Column: 1})
	return Span{Start: start, End: offset}.Of(x.src)
}

// CountAny counts the bytes of a text that are among some ASCII characters.
func CountAny(src []byte, chars string) int {
	n := 0
	for i := range len(chars) {
		n += bytes.Count(src, []byte{chars[i]})
	}
	return n
}
