package facts

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestNestedDevcontainer: one that nests too deep is not read, since the parser calls
// itself for each level.
func TestNestedDevcontainer(t *testing.T) {
	list := "{\"dockerComposeFile\": [\"a.yaml\", \"b.yaml\"], \"x\": "
	for content, want := range map[string]int{list + "[[1]]}": 1, list + strings.Repeat("[", 3<<20): 0} {
		if got := readDevcontainer(lint.NewSource("devcontainer.json", []byte(content))); len(got.lists) != want {
			t.Errorf("%.40q: %d lists, want %d", content, len(got.lists), want)
		}
	}
}
