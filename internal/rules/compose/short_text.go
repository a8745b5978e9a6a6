package compose

import "strings"

// shortText is a text of bounded length in one line, for messages.
func shortText(s string) string {
	const longest = 80
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
