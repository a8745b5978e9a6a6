package yaml

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/text"
)

// scalar finds the end of a scalar that begins at an offset.
func (l *locator) scalar(out *Node, n *yaml.Node, at int) {
	src := l.f.Src
	if at >= len(src) {
		l.lost(n, at, "the value")
		return
	}
	var end int
	switch src[at] {
	case '"':
		out.Style, end = DoubleQuoted, doubleQuotedEnd(src, at)
	case '\'':
		out.Style, end = SingleQuoted, singleQuotedEnd(src, at)
	case '|', '>':
		out.Style = Literal
		if src[at] == '>' {
			out.Style = Folded
		}
		l.block(out, n, at)
		return
	default:
		out.Style, end = Plain, plainEnd(src, at, n.Value)
	}
	if end < 0 {
		l.lost(n, at, "the value")
		return
	}
	out.Span = text.Span{Start: at, End: end}
	l.leaves = append(l.leaves, out.Span)
}

// doubleQuotedEnd is the offset behind the closing quote, -1 without one.
func doubleQuotedEnd(src []byte, at int) int {
	for i := at + 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// singleQuotedEnd is the offset behind the closing quote, -1 without one.
func singleQuotedEnd(src []byte, at int) int {
	for i := at + 1; i < len(src); i++ {
		if src[i] != '\'' {
			continue
		}
		if i+1 < len(src) && src[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return -1
}

// plainEnd is the offset behind a plain scalar. Such a scalar has no escapes:
// but for folded line breaks its text is its value, so the value leads the way.
// It is -1 where the text is another.
func plainEnd(src []byte, at int, value string) int {
	i := at
	for j := 0; j < len(value); {
		if i >= len(src) {
			return -1
		}
		if run, breaks := blanks(src, i); breaks {
			rest := strings.TrimLeft(value[j:], " \n\u2028\u2029")
			if len(rest) == len(value)-j {
				return -1
			}
			i, j = i+run, len(value)-len(rest)
			continue
		}
		if src[i] != value[j] {
			return -1
		}
		i++
		j++
	}
	return i
}

// blanks is the length of the run of blanks and line breaks at i, and whether
// a line break is among them.
func blanks(src []byte, i int) (n int, breaks bool) {
	start := i
	for i < len(src) {
		if isBlank(src[i]) {
			i++
			continue
		}
		b := lineBreak(src, i)
		if b == 0 {
			break
		}
		breaks = true
		i += b
	}
	return i - start, breaks
}

// block finds the end of a literal or folded scalar: that of its last line with
// content. Blank lines behind it are not in the span.
func (l *locator) block(out *Node, n *yaml.Node, at int) {
	src := l.f.Src
	i := at + 1
	for i < len(src) && strings.IndexByte("+-0123456789", src[i]) >= 0 {
		i++
	}
	out.Span = text.Span{Start: at, End: i}
	l.leaves = append(l.leaves, out.Span)
	for i < len(src) && lineBreak(src, i) == 0 {
		i++
	}
	if strings.Trim(n.Value, " \n\u2028\u2029\u0085") == "" {
		return // nothing to show, and no line to learn the indentation from
	}
	if i < len(src) {
		i += lineBreak(src, i)
	}
	body := i
	indent, end := -1, -1
	for i < len(src) {
		lineEnd := i
		for lineEnd < len(src) && lineBreak(src, lineEnd) == 0 {
			lineEnd++
		}
		line := src[i:lineEnd]
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		blank, isInner := spaces == len(line), indent >= 0 && spaces > indent
		switch {
		case !blank && indent < 0:
			indent = spaces - firstIndent(n.Value)
			end = lineEnd
		case !blank && spaces < indent, !blank && indent == 0 && isMarker(line) && !holdsLine(n, string(line)):
			i = len(src)
		case !blank || isInner:
			end = lineEnd
		}
		if i < len(src) {
			i = lineEnd
			if i < len(src) {
				i += lineBreak(src, i)
			}
		}
	}
	if end < 0 || indent < 0 {
		l.lost(n, at, "the text")
		return
	}
	out.Span.End = end
	l.leaves = append(l.leaves, text.Span{Start: body, End: end})
}

// holdsLine reports whether a line of a block scalar's text may be in its value:
// folded, it stands behind a space or a line break.
func holdsLine(n *yaml.Node, line string) bool {
	value := "\n" + n.Value
	if n.Style&yaml.FoldedStyle != 0 {
		value = strings.ReplaceAll(value, " ", "\n")
		line = strings.ReplaceAll(line, " ", "\n")
	}
	return strings.Contains(value, "\n"+line)
}

// firstIndent is how many spaces the first line with content begins with.
func firstIndent(value string) int {
	for line := range strings.Lines(value) {
		if trimmed := strings.TrimLeft(line, " "); strings.TrimRight(trimmed, "\n") != "" {
			return len(line) - len(trimmed)
		}
	}
	return 0
}

// isMarker reports whether a line separates or ends documents, as it does behind
// a block scalar without indentation; the library forgets that at times.
func isMarker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	if !ok {
		rest, ok = bytes.CutPrefix(line, []byte("..."))
	}
	return ok && (len(rest) == 0 || isBlank(rest[0]))
}
