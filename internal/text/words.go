package text

import (
	"fmt"
	"strings"
)

// Counted is a number with its noun, in the plural where it must be.
func Counted(n int, noun string) string { return fmt.Sprint(n, " ", Plural(n, noun)) }

// Plural is a noun as it stands after a number.
func Plural(n int, noun string) string {
	if n == 1 || noun == "info" || noun == "style" { // of severities, these are no nouns
		return noun
	}
	if stem, ok := strings.CutSuffix(noun, "ry"); ok {
		return stem + "ries"
	}
	if strings.HasSuffix(noun, "x") {
		return noun + "es"
	}
	return noun + "s"
}

// List joins words for a sentence: "a", "a and b", "a, b and c". The conjunction
// stands before the last one.
func List(words []string, conjunction string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + conjunction + " " + words[n-1]
}
