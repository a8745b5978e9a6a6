package report

import (
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// sentence says of a group what is true of each of its findings: their message, or the
// rule's title and, where it is the same for all, what to do.
func sentence(g lint.Group) string {
	first := g[0].Message
	_, advice, _ := cutLast(first, "; ")
	same := true
	for _, d := range g[1:] {
		same = same && d.Message == first
		if _, other, _ := cutLast(d.Message, "; "); other != advice {
			advice = ""
		}
	}
	switch title := strings.TrimSuffix(g[0].Rule.Title, "."); {
	case same, title == "":
		return first
	case advice != "":
		return title + "; " + advice
	default:
		return title
	}
}

// cutLast cuts a text at the last separator.
func cutLast(s, separator string) (before, after string, ok bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}
