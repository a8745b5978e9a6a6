package ignorefile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// TestGitPatterns reads patterns up to the limits and past them.
func TestGitPatterns(t *testing.T) {
	got, all := ignorefile.GitPatterns("# a\n\n  \n/b\r\n!c \n\\#d")
	if diff := cmp.Diff([]string{"/b", "!c ", "\\#d"}, got); diff != "" || !all {
		t.Errorf("all is %t: %s", all, diff)
	}
	const wide = 1 << 10
	for name, tt := range map[string]struct {
		src  string
		want int
		all  bool
	}{
		"as many as may be": {strings.Repeat("a\n", limits.GitPatterns), limits.GitPatterns, true},
		"one more":          {strings.Repeat("a\n", limits.GitPatterns+1), limits.GitPatterns, false},
		"as long":           {strings.Repeat(strings.Repeat("a", wide)+"\n", limits.GitPatternBytes/wide), limits.GitPatternBytes / wide, true},
		"longer":            {strings.Repeat(strings.Repeat("a", wide)+"\n", limits.GitPatternBytes/wide) + "b\n", limits.GitPatternBytes / wide, false},
		"one long line":     {strings.Repeat("a", limits.GitPatternBytes+1), 0, false},
		"comments":          {strings.Repeat("# a\n", 2*limits.GitPatterns) + "b\n", 1, true},
	} {
		if got, all := ignorefile.GitPatterns(tt.src); len(got) != tt.want || all != tt.all {
			t.Errorf("%s: %d patterns, all is %t, want %d and %t", name, len(got), all, tt.want, tt.all)
		}
	}
}
