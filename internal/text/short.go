package text

import "strings"

// quotedBytes is how many bytes of a text a message quotes.
const quotedBytes = 80

// Short is a text in one line and of bounded length, for messages.
func Short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) > quotedBytes {
		s = strings.ToValidUTF8(s[:quotedBytes], "") + "…"
	}
	return s
}
