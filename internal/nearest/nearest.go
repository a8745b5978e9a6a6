// Package nearest finds the name that somebody meant when they mistyped one.
package nearest

import (
	"strings"

	"github.com/agext/levenshtein"
)

// longest is the length in bytes beyond which a name is no slip of the hand.
const longest = 64

// Name returns the one of names that a slip of the hand may have turned into
// name: one changed letter for a name of up to four, else two; letter case
// does not count. ok is false if there is none, or several that are as near.
func Name(name string, names []string) (near string, ok bool) {
	if len(name) < 2 || len(name) > longest {
		return "", false
	}
	limit := 1
	if len(name) >= 5 {
		limit = 2
	}
	best := limit + 1
	for _, n := range names {
		if max(len(n)-len(name), len(name)-len(n)) > limit {
			continue
		}
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(n), nil)
		switch {
		case d < best:
			best, near, ok = d, n, true
		case d == best && n != near:
			ok = false
		}
	}
	return near, ok && best <= limit
}
