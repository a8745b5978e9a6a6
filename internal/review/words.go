package review

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/report"
)

// IsCommit reports whether s is a full commit hash, SHA-1 or SHA-256.
func IsCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Short is the beginning of a hash, as people write it.
func Short(sha string) string { return sha[:min(len(sha), 12)] }

// either is a number with the words that agree with it.
func either(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// listed names the first few paths.
func listed(paths []string) string {
	const shown = 3
	words := report.Terminal(strings.Join(paths[:min(len(paths), shown)], ", "))
	if left := len(paths) - shown; left > 0 {
		words += fmt.Sprintf(" and %d more", left)
	}
	return words
}

// cut shortens a text to so many characters.
func cut(s string, longest int) string {
	if len(s) <= longest {
		return s
	}
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}
