package terminal

import (
	"bytes"
	"strings"
)

// The sequences of ANSI terminals that are used.
const (
	reset = "\x1b[0m"
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
)

// ColorDiff paints a unified diff, line by line; its text must be safe to print.
func ColorDiff(diff []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(diff) {
		text, end := bytes.CutSuffix(line, []byte("\n"))
		paint := paintOf(text)
		b.WriteString(paint)
		b.Write(text)
		if paint != "" {
			b.WriteString(reset)
		}
		if end {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// paintOf is the colour of a line of a diff; empty for none.
func paintOf(line []byte) string {
	switch {
	case bytes.HasPrefix(line, []byte("--- ")), bytes.HasPrefix(line, []byte("+++ ")):
		return bold
	case bytes.HasPrefix(line, []byte("@@")):
		return cyan
	case bytes.HasPrefix(line, []byte("# ")):
		return dim
	case bytes.HasPrefix(line, []byte("+")):
		return green
	case bytes.HasPrefix(line, []byte("-")):
		return red
	}
	return ""
}

// Headings paints the headings of a page in Markdown.
func Headings(page string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") {
			line = bold + strings.TrimSpace(strings.TrimLeft(line, "#")) + reset + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}
