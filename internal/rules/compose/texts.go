package compose

import (
	"fmt"
	"strings"
)

// listed quotes names for a message, at most six.
func listed(names []string) string {
	const most = 6
	var quoted []string
	for _, n := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", shortText(n)))
	}
	if len(names) > most {
		quoted = append(quoted, "and others")
	}
	return strings.Join(quoted, ", ")
}

func isAlphanumeric(c byte) bool {
	return (c|0x20 >= 'a' && c|0x20 <= 'z') || (c >= '0' && c <= '9')
}
