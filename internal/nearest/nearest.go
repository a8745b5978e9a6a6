// Package nearest finds the name that somebody meant when they mistyped one.
package nearest

import (
	"math/bits"
	"strings"

	"github.com/agext/levenshtein"
)

// longest is the length in bytes beyond which a name is no slip of the hand.
const longest = 64

// Most is how many names a document may offer for each of its mistyped ones. More
// would make the work grow with their product.
const Most = 512

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
		// A change is at most one letter more and another one less.
		if bits.OnesCount64(letters(name)^letters(n)) > 2*limit {
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

// letters has a bit for each letter of a name, whose case does not count, and one
// for all that are not of ASCII.
func letters(name string) (set uint64) {
	for _, c := range []byte(name) {
		switch {
		case c >= 0x80:
			c = 0
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		}
		set |= 1 << (c & 63)
	}
	return set
}
