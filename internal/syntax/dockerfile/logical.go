package dockerfile

import (
	"sort"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// logical is an instruction's text joined over its continuations, with the way
// back to the file. An instruction on one line shares the file's string.
type logical struct {
	text   string
	pieces []piece
	buf    *strings.Builder
}

// piece is a run of bytes that stand together in the file.
type piece struct {
	logical, file int
}

func (l *logical) add(src string, start, end int) {
	if len(l.pieces) == 0 {
		l.text = src[start:end]
		l.pieces = append(l.pieces, piece{0, start})
		return
	}
	if start == end {
		return
	}
	if l.buf == nil {
		l.buf = &strings.Builder{}
		l.buf.WriteString(l.text)
	}
	l.pieces = append(l.pieces, piece{l.buf.Len(), start})
	l.buf.WriteString(src[start:end])
	l.text = l.buf.String()
}

// offset maps a place in the joined text to the file: the place of the byte
// that starts there.
func (l *logical) offset(at int) int {
	i := sort.Search(len(l.pieces), func(i int) bool { return l.pieces[i].logical > at }) - 1
	p := l.pieces[max(i, 0)]
	return p.file + at - p.logical
}

// span maps a half-open range of the joined text to the file. Its end is the
// one after the last byte, not the beginning of the next piece.
func (l *logical) span(start, end int) text.Span {
	if start >= end {
		at := l.offset(start)
		if start > 0 && start == len(l.text) {
			at = l.offset(start-1) + 1
		}
		return text.Span{Start: at, End: at}
	}
	return text.Span{Start: l.offset(start), End: l.offset(end-1) + 1}
}
