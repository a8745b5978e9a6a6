package listing

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// Select returns the rules whose row has each of the words, and that are newer than the
// version since; an empty one selects all. A version that is none is an error.
func Select(words []string, since string) ([]*lint.Meta, error) {
	metas := slices.DeleteFunc(rules.All().Metas(), func(m *lint.Meta) bool { return !HasWords(m, words) })
	if since == "" {
		return metas, nil
	}
	from, err := parseVersion(since)
	if err != nil {
		return nil, fmt.Errorf("--since %s: %w", since, err)
	}
	return slices.DeleteFunc(metas, func(m *lint.Meta) bool {
		at, err := parseVersion(m.Since)
		return err == nil && slices.Compare(at, from) <= 0
	}), nil
}

// Write writes the rules in the format "text", "json" or "markdown"; another is an error.
func Write(w io.Writer, metas []*lint.Meta, format string) error {
	switch format {
	case "text":
		return Text(w, metas)
	case "json":
		return JSON(w, metas)
	case "markdown":
		return Markdown(w, metas)
	}
	return fmt.Errorf("--format %q: want text, json or markdown", format)
}

// parseVersion reads "1.2" or "v1.2.3".
func parseVersion(s string) ([]int, error) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	version := make([]int, 3)
	if len(parts) > len(version) {
		return nil, fmt.Errorf("want a version such as 1.2.3")
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("want a version such as 1.2.3")
		}
		version[i] = n
	}
	return version, nil
}
