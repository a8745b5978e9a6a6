package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	defaultWidth = 120
	minWidth     = 40
	// tabWidth is the distance of tab stops in columns.
	tabWidth = 4
	// wholeLines is the largest number of lines that are shown of a span; of a
	// longer one the last row says how many are left.
	wholeLines = 5
	// cellBytes bounds the bytes that one column may come from: more are read
	// of a line only to find where the excerpt of it begins.
	cellBytes = 32
)

// excerpt is a piece of a file with the span marked in it.
type excerpt struct {
	// gutter is the width of the line numbers.
	gutter int
	rows   []excerptRow
}

// excerptRow is one row: a source line, or the marks below one.
type excerptRow struct {
	// number is the line's, empty for marks.
	number string
	// bar is what stands right of the gutter to tie the lines of a span
	// together, and points to its ends.
	bar   string
	text  string
	marks bool
}

// newExcerpt shows the lines of a span in at most width columns. An empty file
// has nothing to show.
func newExcerpt(src *lint.Source, span text.Span, width int) excerpt {
	if width == 0 {
		width = defaultWidth
	}
	span.Start = min(max(span.Start, 0), len(src.Bytes))
	span.End = min(max(span.End, span.Start), len(src.Bytes))
	first := src.Lines.Position(span.Start).Line
	last := first
	if !span.IsEmpty() {
		// The end may lie at the start of the line after the span's last one.
		last = src.Lines.Position(span.End - 1).Line
	}
	shown := last - first + 1
	if shown > wholeLines {
		shown = wholeLines - 1
	}
	x := excerpt{gutter: len(strconv.Itoa(first + shown - 1))}
	if len(src.Bytes) == 0 {
		return x
	}
	width = max(width, minWidth) - x.gutter - len("   | | ")
	if first == last {
		x.line(src, first, span, width)
	} else {
		x.block(src, first, last, shown, span, width)
	}
	return x
}

// line shows a span inside of one line, with carets below it.
func (x *excerpt) line(src *lint.Source, n int, span text.Span, width int) {
	line, from, to := within(src, n, span)
	shown, column, length := clip(line, from, to, width)
	x.rows = append(x.rows,
		excerptRow{number: strconv.Itoa(n), text: shown},
		excerptRow{text: strings.Repeat(" ", column) + strings.Repeat("^", length), marks: true})
}

// block shows a span of several lines with a bar next to them, and so many of them.
func (x *excerpt) block(src *lint.Source, first, last, lines int, span text.Span, width int) {
	line, from, to := within(src, first, span)
	if strings.TrimSpace(line[:from]) == "" {
		shown, _, _ := clip(line, 0, 0, width)
		x.rows = append(x.rows, excerptRow{number: strconv.Itoa(first), bar: " /", text: shown})
	} else {
		shown, column, _ := clip(line, from, to, width)
		x.rows = append(x.rows,
			excerptRow{number: strconv.Itoa(first), bar: "  ", text: shown},
			excerptRow{bar: "  _" + strings.Repeat("_", column) + "^"})
	}
	for n := first + 1; n < first+lines; n++ {
		line, _, to := within(src, n, span)
		if n < last {
			shown, _, _ := clip(line, 0, 0, width)
			x.rows = append(x.rows, excerptRow{number: strconv.Itoa(n), bar: " |", text: shown})
			continue
		}
		shown, column, _ := clip(line, lastRune(line[:to]), to, width)
		x.rows = append(x.rows,
			excerptRow{number: strconv.Itoa(n), bar: " |", text: shown},
			excerptRow{bar: " |_" + strings.Repeat("_", column) + "^"})
	}
	if left := last - first + 1 - lines; left > 0 {
		x.rows = append(x.rows, excerptRow{bar: " |", text: fmt.Sprintf("(%s)", text.Counted(left, "more line")), marks: true})
	}
}

// within returns line n without its end, and where the span begins and ends in
// it, in bytes.
func within(src *lint.Source, n int, span text.Span) (line string, from, to int) {
	whole := src.Lines.Line(n)
	whole.Start = src.Lines.Offset(text.Position{Line: n, Column: 1}) // after a byte order mark
	line = string(whole.Of(src.Bytes))
	from = min(max(span.Start-whole.Start, 0), len(line))
	to = min(max(span.End-whole.Start, from), len(line))
	return line, from, to
}

func lastRune(s string) int {
	_, size := utf8.DecodeLastRuneInString(s)
	return len(s) - size
}

// clip shows a line in at most width columns: all of it, or its beginning, or
// the part around the bytes from..to. column and length say where in the shown
// text these lie; an empty range has length 1.
func clip(line string, from, to, width int) (shown string, column, length int) {
	const more = "…"
	begin, end := window(line, from, width)
	cells := cellsOf(line[begin:end])
	cut := func(i int) int { return i - begin }

	all, before, inside := 0, 0, 0
	for _, c := range cells {
		all += c.width
		switch {
		case c.end <= cut(from):
			before += c.width
		case c.start < cut(to):
			inside += c.width
		}
	}
	if begin == 0 && end == len(line) && all <= width {
		return strings.TrimRight(join(cells), " "), before, max(inside, 1)
	}

	width -= 2 // for the marks of what is left out
	left := 0
	if begin > 0 || before+inside > width {
		left = max(before-max((width-inside)/2, width/8), 0)
		if end == len(line) {
			left = max(min(left, all-width), 0) // no room left over after the end
		}
	}
	var b strings.Builder
	at, start, stop := 0, -1, 0
	for _, c := range cells {
		if at >= left && at+c.width <= left+width {
			if start < 0 {
				start = at
				if at > 0 || begin > 0 {
					b.WriteString(more)
				}
			}
			b.WriteString(c.text)
			stop = at + c.width
		}
		at += c.width
	}
	if stop < all || end < len(line) {
		b.WriteString(more)
	}
	if start < 0 {
		start = before // what stands before is too wide to be shown even in part
	}
	column = before - start
	if start > 0 || begin > 0 {
		column++
	}
	return strings.TrimRight(b.String(), " "), column, max(min(inside, stop-before), 1)
}

// window bounds the bytes of a line that are looked at, so that a line of
// megabytes costs no more than others.
func window(line string, from, width int) (begin, end int) {
	reach := width * cellBytes
	begin, end = max(from-reach, 0), min(from+reach, len(line))
	for begin > 0 && begin < from && !utf8.RuneStart(line[begin]) {
		begin++
	}
	for end < len(line) && end > from && !utf8.RuneStart(line[end]) {
		end--
	}
	return begin, end
}

// cell is a piece of a line that a terminal shows as one: a character with its
// combining marks, a tab, or something that is spelled out.
type cell struct {
	text  string
	width int
	// start and end are byte offsets.
	start, end int
}

// runesOfCell bounds the combining marks on one character.
const runesOfCell = 16

func cellsOf(line string) []cell {
	cells := make([]cell, 0, len(line))
	column := 0
	for i := 0; i < len(line); {
		c := cell{start: i}
		shown, size := escapeAt(line, i)
		switch {
		case line[i] == '\t':
			c.width = tabWidth - column%tabWidth
			c.text = strings.Repeat(" ", c.width)
		case shown != "":
			c.text, c.width = shown, len(shown)
		default:
			c.text, size = cluster(line, i)
			c.width = uniseg.StringWidth(c.text)
		}
		i += size
		c.end = i
		column += c.width
		cells = append(cells, c)
	}
	return cells
}

// cluster returns the character at offset i with all that a terminal draws into
// the same cell, and its size in the line. It stops before what is spelled out.
func cluster(line string, i int) (shown string, size int) {
	whole, _, _, _ := uniseg.FirstGraphemeClusterInString(line[i:], -1)
	runes := 0
	for j := range whole {
		if j > 0 {
			if escaped, _ := escapeAt(line, i+j); escaped != "" {
				return whole[:j], j
			}
		}
		if runes == runesOfCell {
			return whole[:j] + "…", len(whole)
		}
		runes++
	}
	return whole, len(whole)
}

func join(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(c.text)
	}
	return b.String()
}
