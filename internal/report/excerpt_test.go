package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// rows prints an excerpt as the text report does, without its first columns.
func rows(x excerpt) []string {
	var out []string
	for _, r := range x.rows {
		line := fmt.Sprintf("%*s |%s", x.gutter, r.number, r.bar)
		if r.text != "" {
			line += " " + r.text
		}
		out = append(out, line)
	}
	return out
}

func TestExcerpt(t *testing.T) {
	long := "RUN " + strings.Repeat("a", 100) + " MARK " + strings.Repeat("b", 100)
	tests := []struct {
		name, src, mark string
		// at is the span if mark is empty.
		at   text.Span
		want []string
	}{
		{"CRLF", "FROM a\r\nUSER root\r\n", "root", text.Span{}, []string{"2 | USER root", "  |      ^^^^"}},
		{"CRLF in the span", "FROM a\r\nUSER root\r\n", "root\r\n", text.Span{}, []string{"2 | USER root", "  |      ^^^^"}},
		{"byte order mark", "\ufeffFROM a\n", "FROM", text.Span{}, []string{"1 | FROM a", "  | ^^^^"}},
		{"span on the byte order mark", "\ufeffFROM a\n", "\ufeff", text.Span{}, []string{"1 | FROM a", "  | ^"}},
		{"tabs", "\tUSER\troot\tx", "root", text.Span{}, []string{"1 |     USER    root    x", "  |             ^^^^"}},
		{"the tab itself", "USER\troot", "\t", text.Span{}, []string{"1 | USER    root", "  |     ^^^^"}},
		{"wide characters", "LABEL a=世界 b=x", "b=x", text.Span{}, []string{"1 | LABEL a=世界 b=x", "  |              ^^^"}},
		{"wide characters marked", "LABEL a=世界", "世界", text.Span{}, []string{"1 | LABEL a=世界", "  |         ^^^^"}},
		{"combining marks", "LABEL e\u0301=x", "x", text.Span{}, []string{"1 | LABEL e\u0301=x", "  |         ^"}},
		{"joined emoji", "LABEL 👩\u200d💻=x", "x", text.Span{}, []string{"1 | LABEL 👩\u200d💻=x", "  |          ^"}},
		{"half a character", "LABEL é=x", "\xa9", text.Span{}, []string{"1 | LABEL é=x", "  |       ^"}},
		{"control characters", "RUN \x1b[0m x", "x", text.Span{}, []string{`1 | RUN \x1b[0m x`, "  |             ^"}},
		{"invalid UTF-8", "RUN \xff\xfe", "\xfe", text.Span{}, []string{`1 | RUN \xff\xfe`, "  |         ^^^^"}},
		{"lone CR", "RUN a\rb", "b", text.Span{}, []string{`1 | RUN a\rb`, "  |        ^"}},
		{"blanks at the end", "FROM a  \n", "  ", text.Span{}, []string{"1 | FROM a", "  |       ^^"}},
		{"insertion", "FROM a\n", "", text.Span{Start: 5, End: 5}, []string{"1 | FROM a", "  |      ^"}},
		{"insertion at the end of a line", "FROM a\nUSER b\n", "", text.Span{Start: 6, End: 6}, []string{"1 | FROM a", "  |       ^"}},
		{"end of the file", "FROM a\n", "", text.Span{Start: 7, End: 7}, []string{"2 |", "  | ^"}},
		{"end of the file, no final newline", "FROM a", "", text.Span{Start: 6, End: 6}, []string{"1 | FROM a", "  |       ^"}},
		{"after the end of the file", "FROM a", "", text.Span{Start: 90, End: 99}, []string{"1 | FROM a", "  |       ^"}},
		{"before the start", "FROM a", "", text.Span{Start: -9, End: 4}, []string{"1 | FROM a", "  | ^^^^"}},
		{"backwards", "FROM a", "", text.Span{Start: 5, End: 1}, []string{"1 | FROM a", "  |      ^"}},
		{"empty file", "", "", text.Span{}, nil},
		{"only a newline", "\n", "", text.Span{}, []string{"1 |", "  | ^"}},
		{"a whole line with its end", "FROM a\nUSER b\n", "FROM a\n", text.Span{}, []string{"1 | FROM a", "  | ^^^^^^"}},
		{"two lines", "RUN a \\\n  b\n", "RUN a \\\n  b", text.Span{}, []string{`1 | / RUN a \`, "2 | |   b", "  | |___^"}},
		{"two lines, not from the start", "RUN a \\\n  bc\n", "a \\\n  b", text.Span{}, []string{`1 |   RUN a \`, "  |  _____^", "2 | |   bc", "  | |___^"}},
		{"indented block", "\tRUN a \\\n\tb", "RUN a \\\n\tb", text.Span{}, []string{`1 | /     RUN a \`, "2 | |     b", "  | |_____^"}},
		{"blank line in a block", "RUN a \\\n\n b", "RUN a \\\n\n b", text.Span{}, []string{`1 | / RUN a \`, "2 | |", "3 | |  b", "  | |__^"}},
		{
			"long block", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10", text.Span{},
			[]string{"1 | / 1", "2 | | 2", "3 | | 3", "4 | | 4", "  | | (6 more lines)"},
		},
		{
			"long line, mark in the middle", long, "MARK", text.Span{},
			[]string{"1 | …aaaaaaaaaaaaaaaaaaa MARK bbbbbbbbbbbbbbbbbbbb…", "  |                      ^^^^"},
		},
		{
			"long line, mark at the start", long, "RUN", text.Span{},
			[]string{"1 | RUN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…", "  | ^^^"},
		},
		{
			"long line, mark at the end", long + " X", "X", text.Span{},
			[]string{"1 | …bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb X", "  |                                              ^"},
		},
		{
			"long mark", long, strings.Repeat("b", 100), text.Span{},
			[]string{"1 | …MARK bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…", "  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := lint.NewSource("Dockerfile", []byte(tt.src))
			span := tt.at
			if tt.mark != "" {
				span = spanOf(t, src, tt.mark)
			}
			if diff := cmp.Diff(tt.want, rows(newExcerpt(src, span, 55))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestExcerptOfEndlessLine(t *testing.T) {
	src := lint.NewSource("Dockerfile", []byte(strings.Repeat("e\u0301x", 1<<20)+"MARK"+strings.Repeat("\u0301", 1<<20)))
	x := newExcerpt(src, spanOf(t, src, "MARK"), 80)
	for _, r := range x.rows {
		if len(r.text) > 80*cellBytes {
			t.Errorf("a row has %d bytes", len(r.text))
		}
	}
}

// FuzzClip holds what a reader relies on: the shown text fits, and the carets
// stand below what was marked.
func FuzzClip(f *testing.F) {
	f.Add("RUN a b c", 4, 5, 40)
	f.Add("\tLABEL 世界=\x1b\xff e\u0301 👩\u200d💻\u202e", 8, 14, 40)
	f.Add(strings.Repeat("世", 100), 99, 150, 41)
	f.Add(strings.Repeat("\U000e0041", 60)+"x", 240, 240, 33)
	f.Add(strings.Repeat("a\t", 100), 200, 200, 33)
	f.Fuzz(func(t *testing.T, line string, from, to, width int) {
		if strings.Contains(line, "\n") || from < 0 || to < from || to > len(line) || width < 30 || width > 200 {
			t.Skip()
		}
		shown, column, length := clip(line, from, to, width)
		if got := uniseg.StringWidth(shown); got > width+2 {
			t.Errorf("%q has %d columns, want at most %d", shown, got, width)
		}
		if column < 0 || length < 1 || column > width || column+length > width+2 {
			t.Errorf("mark at %d, %d long, in %d columns", column, length, width)
		}
		if Terminal("x"+shown) != "x"+shown {
			t.Errorf("%q is not safe to print", shown)
		}
	})
}
