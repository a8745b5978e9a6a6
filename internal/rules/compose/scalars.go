package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// hashForms are those of crypt and Argon2, as they stand between the first two dollars.
func hashForms() []string {
	return []string{"apr1", "2a", "2b", "2y", "1", "5", "6", "y", "argon2id", "argon2i", "argon2d"}
}

// hashIn is the form of a password's hash in a text whose dollars are single; empty if
// there is none.
func hashIn(text string) string {
	for i := range len(text) {
		if text[i] != '$' || (i > 0 && text[i-1] == '$') {
			continue
		}
		for _, form := range hashForms() {
			if rest, ok := strings.CutPrefix(text[i+1:], form+"$"); ok && hasSalt(rest) {
				return form
			}
		}
	}
	return ""
}

// hasSalt reports whether a text begins with two characters of a hash, between which a
// single dollar may stand.
func hasSalt(s string) bool {
	first := strings.IndexAny(s, "$ \t\r\n")
	if first < 0 || first > 1 {
		return first > 1 || len(s) > 1
	}
	return first == 1 && s[1] == '$' && len(s) > 2 && !strings.ContainsRune("$ \t\r\n", rune(s[2]))
}

// eachScalar calls visit for each scalar of a tree, once.
func eachScalar(root *yaml.Node, visit func(*yaml.Node)) {
	visited := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		n = n.Resolve()
		if n == nil || visited[n] {
			return
		}
		visited[n] = true
		for _, pair := range n.Pairs {
			walk(pair.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
		if n.Kind == yaml.Scalar {
			visit(n)
		}
	}
	walk(root)
}
