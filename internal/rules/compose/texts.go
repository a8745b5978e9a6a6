package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/text"
)

// listed quotes names for a message, at most six, and counts the others.
func listed(names []string) string {
	const most = 6
	var quoted []string
	for _, n := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", shortText(n)))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("%d more", more))
	}
	return text.List(quoted, "and")
}

func isAlphanumeric(c byte) bool {
	return (c|0x20 >= 'a' && c|0x20 <= 'z') || (c >= '0' && c <= '9')
}
