package yaml

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// quoted writes a text in double quotes.
func quoted(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case isControl(r):
			fmt.Fprintf(&b, `\x%02X`, r)
		case isSeparator(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// needsEscape reports whether a character cannot be in single quotes.
func needsEscape(r rune) bool { return isControl(r) || isSeparator(r) }

// isControl reports whether a character is one of the controls of Unicode.
func isControl(r rune) bool { return r < 0x20 || (r >= 0x7F && r < 0xA0) }

// isSeparator reports whether a character ends a line for some, or is a mark or none.
func isSeparator(r rune) bool {
	switch r {
	case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
		return true
	}
	return false
}

// plainToken reports whether a text of one word has no sign of YAML in it.
func plainToken(value string) bool {
	for _, r := range value {
		if r >= 0x7F || r <= ' ' || strings.ContainsRune("\"'#,[]{}&*!|>%@`:\\", r) {
			return false
		}
	}
	return !slices.Contains([]string{"", "-", "?", "---", "..."}, value)
}

// PlainString reports whether a text can be written without quotes, in brackets
// or outside of them, and is a string then in YAML 1.1 and 1.2: it is strict,
// and says no to some that could.
func PlainString(value string, inFlow bool) bool {
	if value == "" || strings.TrimSpace(value) != value || strings.ContainsFunc(value, needsEscape) {
		return false
	}
	if strings.IndexByte("-?:,[]{}#&*!|>'\"%@`=<~", value[0]) >= 0 {
		return false
	}
	if strings.Contains(value, ": ") || strings.Contains(value, " #") || strings.HasSuffix(value, ":") || strings.HasPrefix(value, "...") {
		return false
	}
	if inFlow && strings.ContainsAny(value, ",[]{}:") {
		return false
	}
	if IsSexagesimal(value) || yaml11Word(value) {
		return false
	}
	var doc yaml.Node
	err := yaml.Unmarshal([]byte("- "+value), &doc)
	if err != nil || len(doc.Content) != 1 || len(doc.Content[0].Content) != 1 {
		return false
	}
	item := doc.Content[0].Content[0]
	return item.Kind == yaml.ScalarNode && item.Tag == "!!str" && item.Value == value
}

// yaml11Word reports whether YAML 1.1 takes a word for a boolean or null.
func yaml11Word(value string) bool {
	switch strings.ToLower(value) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}
