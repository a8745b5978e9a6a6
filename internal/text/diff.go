package text

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// diffContext is how many unchanged lines stand around a change.
const diffContext = 3

// maxTrace bounds the work of the search for the shortest script, in cells; a
// change that needs more is shown as one that replaces everything between the
// first and the last changed line.
const maxTrace = 4 << 20

// hunkLine is a line of a diff: ' ' kept, '-' removed, '+' added.
type hunkLine struct {
	mark byte
	text []byte
}

// UnifiedDiff writes what turns before into after as patch and git read it; it
// is empty for equal texts. Names stand behind "a/" and "b/"; a name that has
// blanks or control characters is quoted as git does. Bytes are kept as they
// are, carriage returns included.
func UnifiedDiff(name string, before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	script := editScript(splitLines(before), splitLines(after))
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", quoteName("a/"+name), quoteName("b/"+name))
	for _, h := range hunks(script) {
		writeHunk(&out, script, h)
	}
	return out.Bytes()
}

// quoteName quotes a name that would not survive in a diff's header, as git does
// (quote.c): a letter for the common control characters, else three octal digits.
func quoteName(name string) string {
	plain := utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == 0x7F })
	switch {
	case plain && strings.ContainsRune(name, ' '):
		return name + "\t"
	case plain:
		return name
	}
	const controls, letters = "\a\b\t\n\v\f\r\"\\", `abtnvfr"\`
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		c := name[i]
		at := strings.IndexByte(controls, c)
		switch {
		case at >= 0:
			b.WriteByte('\\')
			b.WriteByte(letters[at])
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// splitLines cuts a text behind each line feed.
func splitLines(src []byte) [][]byte {
	var lines [][]byte
	for len(src) > 0 {
		end := bytes.IndexByte(src, '\n') + 1
		if end == 0 {
			end = len(src)
		}
		lines = append(lines, src[:end])
		src = src[end:]
	}
	return lines
}

// editScript is the shortest list of lines that are kept, removed and added
// (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
func editScript(a, b [][]byte) []hunkLine {
	head := 0
	for head < len(a) && head < len(b) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	var script []hunkLine
	for _, line := range a[:head] {
		script = append(script, hunkLine{' ', line})
	}
	script = append(script, shortest(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, line := range a[len(a)-tail:] {
		script = append(script, hunkLine{' ', line})
	}
	return script
}

func shortest(a, b [][]byte) []hunkLine {
	limit := len(a) + len(b)
	reach := make([]int, 2*limit+2)
	var trace [][]int
	cells := 0
	for d := 0; d <= limit; d++ {
		cells += 2*d + 1
		if cells > maxTrace {
			return replaceAll(a, b)
		}
		trace = append(trace, append([]int(nil), reach[limit-d:limit+d+2]...))
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || (k != d && reach[limit+k-1] < reach[limit+k+1]) {
				x = reach[limit+k+1]
			} else {
				x = reach[limit+k-1] + 1
			}
			y := x - k
			for x < len(a) && y < len(b) && bytes.Equal(a[x], b[y]) {
				x, y = x+1, y+1
			}
			reach[limit+k] = x
			if x >= len(a) && y >= len(b) {
				return walkBack(a, b, trace)
			}
		}
	}
	return replaceAll(a, b)
}

// walkBack reads the script from the end of the search. trace[d] holds the
// reach of the diagonals -d to d+1 before step d.
func walkBack(a, b [][]byte, trace [][]int) []hunkLine {
	x, y := len(a), len(b)
	var reversed []hunkLine
	for d := len(trace) - 1; d >= 0; d-- {
		at := func(k int) int { return trace[d][k+d] }
		k := x - y
		previous := k - 1
		if k == -d || (k != d && at(k-1) < at(k+1)) {
			previous = k + 1
		}
		fromX := 0
		if d > 0 {
			fromX = at(previous)
		}
		fromY := fromX - previous
		if d == 0 {
			fromX, fromY = 0, 0
		}
		for x > fromX && y > fromY && x > 0 && y > 0 {
			if d > 0 && (x == fromX || y == fromY) {
				break
			}
			x, y = x-1, y-1
			reversed = append(reversed, hunkLine{' ', a[x]})
		}
		switch {
		case d == 0:
		case previous == k+1:
			y--
			reversed = append(reversed, hunkLine{'+', b[y]})
		default:
			x--
			reversed = append(reversed, hunkLine{'-', a[x]})
		}
	}
	script := make([]hunkLine, len(reversed))
	for i, line := range reversed {
		script[len(script)-1-i] = line
	}
	return script
}

func replaceAll(a, b [][]byte) []hunkLine {
	script := make([]hunkLine, 0, len(a)+len(b))
	for _, line := range a {
		script = append(script, hunkLine{'-', line})
	}
	for _, line := range b {
		script = append(script, hunkLine{'+', line})
	}
	return script
}

// hunks groups the changes: ranges of the script with their context.
func hunks(script []hunkLine) []Span {
	var all []Span
	for i, line := range script {
		if line.mark == ' ' {
			continue
		}
		start, end := max(i-diffContext, 0), min(i+1+diffContext, len(script))
		if n := len(all); n > 0 && start <= all[n-1].End {
			all[n-1].End = end
		} else {
			all = append(all, Span{Start: start, End: end})
		}
	}
	return all
}

func writeHunk(out *bytes.Buffer, script []hunkLine, h Span) {
	oldStart, newStart := 1, 1
	for _, line := range script[:h.Start] {
		if line.mark != '+' {
			oldStart++
		}
		if line.mark != '-' {
			newStart++
		}
	}
	oldCount, newCount := 0, 0
	for _, line := range script[h.Start:h.End] {
		if line.mark != '+' {
			oldCount++
		}
		if line.mark != '-' {
			newCount++
		}
	}
	// An empty range is named by the line before it.
	if oldCount == 0 {
		oldStart--
	}
	if newCount == 0 {
		newStart--
	}
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", oldStart, oldCount, newStart, newCount)
	for _, line := range script[h.Start:h.End] {
		out.WriteByte(line.mark)
		out.Write(line.text)
		if !bytes.HasSuffix(line.text, []byte("\n")) {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
