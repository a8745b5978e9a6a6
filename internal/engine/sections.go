package engine

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Programs write parts of a file between two marks and find them again by these:
// "###> name ###" and "###< name ###" of Symfony's recipes, "# BEGIN" and "# END",
// "# region" and "# endregion".

// section is a part of a file between two marks, both lines included.
type section struct {
	span text.Span
	line int
}

// sections lists the marked parts of a file that are closed.
func sections(src []byte) []section {
	var found, open []section
	at, number := 0, 0
	for line := range bytes.Lines(src) {
		number++
		switch mark := strings.ToLower(string(bytes.TrimSpace(line))); {
		case !strings.HasPrefix(mark, "#"):
		case strings.HasPrefix(mark, "###>"), isMark(mark, "begin"), isMark(mark, "region"):
			open = append(open, section{text.Span{Start: at}, number})
		case strings.HasPrefix(mark, "###<"), isMark(mark, "end"), isMark(mark, "endregion"):
			if n := len(open); n > 0 {
				s := open[n-1]
				s.span.End = at + len(line)
				open, found = open[:n-1], append(found, s)
			}
		}
		at += len(line)
	}
	return found
}

// isMark reports whether a comment begins with a word: "# BEGIN x", "#region x".
func isMark(comment, word string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(comment, "# "), word)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == ':')
}

// tears says which marked part of a file the edits would tear apart, or move
// something into; empty for none. Edits of what stands between the marks do not.
func tears(src []byte, marked []section, edits []text.Edit) string {
	for _, s := range marked {
		for _, e := range edits {
			apart := e.Span.End <= s.span.Start || s.span.End <= e.Span.Start
			if !apart && !s.holds(src, e.Span) && !strings.Contains(e.New, string(s.span.Of(src))) {
				return fmt.Sprintf("it would split the section that is marked in line %d", s.line)
			}
		}
	}
	return ""
}

// holds reports whether a span lies on the lines between the marks.
func (s section) holds(src []byte, span text.Span) bool {
	first := s.span.Start + bytes.IndexByte(src[s.span.Start:], '\n') + 1
	last := s.span.Start + bytes.LastIndexByte(bytes.TrimRight(s.span.Of(src), "\r\n"), '\n') + 1
	return first <= span.Start && span.End <= last && bytes.IndexByte(span.Of(src), '\n') < 0
}
