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
