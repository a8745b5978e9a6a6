package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeHashUnescaped reports password hashes with single dollar signs, such as
// `$apr1$H6usk$...` and `$2y$10$...`.
//
// # Why it matters
//
// Compose reads a name after a dollar sign, such as `$apr1`, as a variable, and inserts an
// empty string if the variable is not set. The program then gets only a part of the hash,
// so no password is accepted.
//
// # How to fix it
//
// Write each dollar sign twice:
//
//	PASSWORD_HASH: $$2y$$10$$...
//
// # Fix safety
//
// There is no automatic fix: the text can be a hash or contain a variable on purpose, and only
// the author knows.
//
// # Exceptions
//
// It does not report:
//
//   - hashes in which each dollar sign is written twice
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
