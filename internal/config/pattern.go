package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits on a pattern: each alternative that its braces spell is tried, and
// each try costs up to the product of both lengths.
const (
	maxWays    = 64
	maxPattern = 256
)

// checkPattern returns what is wrong with a pattern, to be read after it.
func checkPattern(pattern string) error {
	switch {
	case strings.Trim(pattern, "/") == "":
		return errors.New("is empty")
	case strings.HasPrefix(pattern, "/"):
		return errors.New("must be relative to the root of the repository; remove the first /")
	case pattern == ".." || strings.HasPrefix(pattern, "../") || strings.Contains(pattern, "/../"):
		return errors.New("points outside of the repository")
	case len(pattern) > maxPattern:
		return fmt.Errorf("has %d bytes, more than the limit of %d", len(pattern), maxPattern)
	case ways(pattern) > maxWays:
		return errors.New("has too many alternatives in braces; write several patterns")
	case !doublestar.ValidatePattern(pattern):
		return errors.New("is malformed: a bracket, a brace or an escape is not closed")
	}
	return nil
}

// ways is at least the number of alternatives of a pattern, at most one more
// than maxWays.
func ways(pattern string) int {
	each, n := strings.Count(pattern, ",")+1, 1
	for range strings.Count(pattern, "{") {
		if n *= each; n > maxWays {
			return maxWays + 1
		}
	}
	return n
}

// matches reports whether a pattern covers a path: it matches the path itself or
// a folder above it. Paths are relative to the root, with slashes.
func matches(pattern, path string) bool {
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
	// A pattern was checked when it was read; a malformed one covers nothing.
	if ok, err := doublestar.Match(pattern, path); ok || err != nil {
		return ok
	}
	ok, err := doublestar.Match(pattern+"/**", path)
	return ok && err == nil
}

// matchAny returns the first of the patterns that covers the path.
func matchAny(patterns []string, path string) (pattern string, ok bool) {
	for _, p := range patterns {
		if matches(p, path) {
			return p, true
		}
	}
	return "", false
}
