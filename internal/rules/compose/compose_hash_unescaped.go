package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeHashUnescaped reports hashes of passwords with single dollars, such as
// `$apr1$H6usk$...` and `$2y$10$...`.
//
// # Why it matters
//
// Compose reads the text after a dollar as the name of a variable, and inserts an
// empty text if the variable is not set. The program gets a part of the hash, so no
// password is accepted.
//
// # How to fix it
//
// Write each dollar twice:
//
//	PASSWORD_HASH: $$2y$$10$$...
//
// # Fix safety
//
// There is no fix: the text can be a hash or contain a variable on purpose, and only
// the author knows.
//
// # Exceptions
//
// It does not report:
//
//   - hashes in which each dollar is written twice
//   - variables such as `$y$z`, which are too short for a hash
var ComposeHashUnescaped = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-hash-unescaped",
		Title:    "Compose reads parts of a password hash as variables",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHashUnescaped,
}

func checkComposeHashUnescaped(p *facts.Pass[*facts.Compose]) {
	eachScalar(p.Doc.Root, func(n *yaml.Node) {
		if form := hashIn(n.Value); form != "" {
			p.Report(lint.Finding{
				Span:    n.Span,
				Message: fmt.Sprintf("the hash %q is cut, because Compose reads the text after each dollar as a variable; write each dollar twice", shortText("$"+form+"$...")),
			})
		}
	})
}

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
