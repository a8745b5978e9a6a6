package text

import "strings"

// WithoutGuess is a message of BuildKit without the "(did you mean X?)" after it: of several
// names that are equally near, BuildKit takes another one in each run.
func WithoutGuess(message string) string {
	const begins, ends = " (did you mean ", "?)"
	before, after, ok := strings.Cut(message, begins)
	if !ok {
		return message
	}
	if _, rest, ok := strings.Cut(after, ends); ok {
		return before + rest
	}
	return before
}
