package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/text"
)

// Terminal returns s as one line that is safe to print: control characters,
// direction overrides, invisible characters and invalid UTF-8 are spelled out.
// So are the two marks by which a CI service takes a line of a log for a
// command: "::" at the start, and "##[" or "##word[" anywhere (facts: the
// Actions runner and the Azure Pipelines agent).
func Terminal(s string) string { return escapeAll(s, leadingColon(s)) }

// escapeAll is Terminal; colon is the offset of the one to spell out, -1 for none.
func escapeAll(s string, colon int) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		shown, size := escapeAt(s, i)
		if i == colon {
			shown = `\x3a`
		}
		if shown == "" {
			shown = s[i : i+size]
		}
		b.WriteString(shown)
		i += size
	}
	return b.String()
}

// InertDiff makes a unified diff safe for a terminal and for a workflow's log: in
// each line is spelled out what Terminal spells out, but for tabs. Where anything
// was, exact is false and each line begins with a bar: what is spelled out must not be
// applied, and patch takes a diff that is indented, so a header is not enough.
func InertDiff(diff []byte) (inert []byte, exact bool) {
	lines := strings.SplitAfter(string(diff), "\n")
	exact = true
	for i, line := range lines {
		lines[i] = inertLine(line)
		exact = exact && lines[i] == line
	}
	if exact {
		return diff, true
	}
	for i, line := range lines {
		if line != "" {
			lines[i] = "| " + line
		}
	}
	return []byte(strings.Join(lines, "")), false
}

// inertLine is Terminal for one line of a diff; its end and its tabs stay.
func inertLine(line string) string {
	text := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	end := line[len(text):]
	// Parts are escaped one by one, so only the first can begin with a command.
	parts := strings.Split(text, "\t")
	begun := false
	for i, part := range parts {
		if begun {
			parts[i] = escapeAll(part, -1)
		} else {
			parts[i] = Terminal(part)
		}
		begun = begun || strings.TrimSpace(part) != ""
	}
	return strings.Join(parts, "\t") + end
}

// terminalLines is Terminal for each line of s, for sinks that can hold several.
func terminalLines(s string) []string {
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = Terminal(strings.TrimSuffix(line, "\r"))
	}
	return lines
}

// leadingColon returns the offset of a colon that is the first thing in s but
// for blanks, else -1.
func leadingColon(s string) int {
	trimmed := strings.TrimLeftFunc(s, unicode.IsSpace)
	if strings.HasPrefix(trimmed, ":") {
		return len(s) - len(trimmed)
	}
	return -1
}

// escapeAt spells out the character at offset i of s; shown is empty if it may
// be printed as it is. size is the character's length in bytes.
func escapeAt(s string, i int) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[i]), 1
	case r == '\n':
		return `\n`, size
	case r == '\r':
		return `\r`, size
	case r == '\t':
		return `\t`, size
	case r == '#':
		if endsCommandMark(s, i) {
			return `\x23`, size
		}
		return "", size
	case !hidden(r):
		return "", size
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r), size
	case r <= 0xFFFF:
		return fmt.Sprintf(`\u%04x`, r), size
	}
	return fmt.Sprintf(`\U%08x`, r), size
}

// endsCommandMark reports whether the "#" at offset i is the second one of "##["
// or "##word[".
func endsCommandMark(s string, i int) bool {
	if i == 0 || s[i-1] != '#' {
		return false
	}
	for i++; i < len(s); i++ {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return s[i] == '['
		}
	}
	return false
}

// hidden reports whether a character acts on the display instead of being seen.
// The joiners stay: emoji and several scripts need them.
func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = 0x200C, 0x200D
	switch {
	case r == zeroWidthNonJoiner || r == zeroWidthJoiner:
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false // seen, although of the class Cf
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

var commandDataEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

var commandPropertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")

// CommandData escapes the lines of a workflow command's message (facts: the
// runner's parser; "::" in data is harmless).
func CommandData(lines ...string) string {
	inert := make([]string, len(lines))
	for i, line := range lines {
		inert[i] = Terminal(line)
	}
	return commandDataEscapes.Replace(strings.Join(inert, "\n"))
}

// CommandProperty escapes the value of a workflow command's property.
func CommandProperty(s string) string { return commandPropertyEscapes.Replace(Terminal(s)) }

// MarkdownText escapes s for GitHub's Markdown, inside a table cell too: it
// stays one line of plain text, with no markup, HTML, mention, reference or link.
// A zero-width space keeps mentions, links and references ("GH-1", the hash of a
// commit) from being recognised: GitHub looks for those in the rendered text,
// where no backslash is left.
func MarkdownText(s string) string {
	s = Terminal(s)
	// One dollar sign alone cannot enclose a formula, and escaped ones are not
	// understood outside of one (facts: GitHub's manual on mathematics).
	math := strings.Count(s, "$") > 1
	var b strings.Builder
	digits := 0 // of the hash that is being written
	for i, r := range s {
		if isAlphanumeric(r) && (i == 0 || !isAlphanumeric(rune(s[i-1]))) {
			digits = commitHash(s[i:])
		}
		if digits > 0 {
			b.WriteRune(r)
			if digits--; digits > 0 && digits%shortOfHash == 0 {
				b.WriteString(zeroWidth)
			}
			continue
		}
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '[', ']', '|', '~':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '@', '#':
			b.WriteRune(r)
			b.WriteString(zeroWidth)
		case '$':
			if math {
				b.WriteString(dollar)
			} else {
				b.WriteByte('$')
			}
		default:
			b.WriteRune(r)
			if linksAt(s, i) {
				b.WriteString(zeroWidth)
			}
		}
	}
	return b.String()
}

// dollar is a dollar sign that opens no formula.
const dollar = "<span>$</span>"

// zeroWidth parts what it stands in for GitHub, and not for the eye.
const zeroWidth = "&#8203;"

// endsIn reports whether s ends in a word, whatever its case.
func endsIn(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}

// shortOfHash is the most digits that are not taken for the hash of a commit.
const shortOfHash = 6

// commitHash returns the length of the hash that s begins with, as GitHub makes
// a reference of it: a word of 7 to 40 hexadecimal digits; 0 for none.
func commitHash(s string) int {
	n := 0
	for n < len(s) && isAlphanumeric(rune(s[n])) {
		if !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[n])) {
			return 0
		}
		n++
	}
	if n <= shortOfHash || n > 40 {
		return 0
	}
	return n
}

// linksAt reports whether Markdown on the web makes a link of what is around this sign.
func linksAt(s string, i int) bool {
	switch s[i] {
	case ':':
		return strings.HasPrefix(s[i:], "://")
	case '.':
		return endsIn(s[:i], "www")
	case '-':
		return endsIn(s[:i], "gh")
	}
	return false
}

// isInert reports whether a byte of JSON is as it is, for any reader.
func isInert(c byte) bool {
	isPrintable := c >= ' ' && c < 0x7F
	return (isPrintable && c != '#') || c == '\n'
}

func isAlphanumeric(r rune) bool {
	return r < utf8.RuneSelf && (text.IsDigit(byte(r)) || text.IsLetter(byte(r))) //nolint:gosec // below 128
}

// MarkdownCode makes a code span of s that holds inside a table cell too: the
// fence is longer than any in s, and each pipe stands after an odd number of
// backslashes, as a table asks for. A pipe that stands after an odd number
// already is shown with one backslash more: a table cannot tell the two apart.
func MarkdownCode(s string) string {
	s = Terminal(s)
	if s == "" {
		return ""
	}
	var b strings.Builder
	ticks, fence, backslashes := 0, 0, 0
	for i := range len(s) {
		if s[i] == '`' {
			ticks++
			fence = max(fence, ticks)
		} else {
			ticks = 0
		}
		switch s[i] {
		case '\\':
			backslashes++
		case '|':
			b.WriteString(`\`)
			if backslashes%2 == 1 {
				b.WriteString(`\`)
			}
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteByte(s[i])
	}
	mark := strings.Repeat("`", fence+1)
	pad := ""
	first, last := s[0], s[len(s)-1]
	losesBlanks := first == ' ' && last == ' ' && strings.Trim(s, " ") != ""
	if first == '`' || last == '`' || losesBlanks {
		pad = " " // Markdown takes one blank away at each end
	}
	return mark + pad + b.String() + pad + mark
}

// jsonInert spells out, as JSON escapes, what Terminal spells out, so that a
// JSON document can be printed to a terminal or to a CI log. It must be valid
// JSON; its meaning stays the same.
func jsonInert(document []byte) []byte {
	isPlain := func(b byte) bool { return isInert(b) || b == '\n' || b == '\r' || b == '\t' }
	if !slices.ContainsFunc(document, func(b byte) bool { return !isPlain(b) }) {
		return document // as nearly all are
	}
	s := string(document)
	inert := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && isPlain(s[i]) {
			i++
		}
		inert = append(inert, s[start:i]...)
		if i == len(s) {
			break
		}
		shown, size := escapeAt(s, i)
		r, _ := utf8.DecodeRuneInString(s[i:])
		switch {
		case shown == "":
			inert = append(inert, s[i:i+size]...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			inert = fmt.Appendf(inert, `\u%04x\u%04x`, high, low)
		default:
			inert = fmt.Appendf(inert, `\u%04x`, r)
		}
		i += size
	}
	return inert
}
