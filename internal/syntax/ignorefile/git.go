package ignorefile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
)

// GitPatterns lists the patterns of a .gitignore, as they are written. all is false where
// there are more than the limits allow: those past them are not in the list.
func GitPatterns(src string) (patterns []string, all bool) {
	left := limits.GitPatternBytes
	for line := range strings.Lines(src) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if left -= len(line); left < 0 || len(patterns) == limits.GitPatterns {
			return patterns, false
		}
		patterns = append(patterns, line)
	}
	return patterns, true
}
