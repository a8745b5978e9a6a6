package compose

import (
	"fmt"
	"regexp"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeHashUnescaped finds hashes of passwords with single dollars, such as
// $apr1$H6usk$... and $2y$10$...: Compose takes what follows a dollar for the name of a
// variable and puts in nothing, so that no password fits.
//
// Write each dollar twice.
//
// Silent for doubled dollars, and in files that Compose does not read values of.
var ComposeHashUnescaped = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-hash-unescaped",
		Title:    "Compose takes parts of a hash for variables",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHashUnescaped,
}

func checkComposeHashUnescaped(p *facts.Pass[*facts.Compose]) {
	form := hashForm()
	eachScalar(p.Doc.Root, func(n *yaml.Node) {
		if at := form.FindStringSubmatch(n.Value); at != nil {
			p.Report(lint.Finding{
				Span:    n.Span,
				Message: fmt.Sprintf("the hash %q is cut, since Compose takes its parts for variables; write each dollar twice", shortText(at[1]+"...")),
			})
		}
	})
}

// hashForm fits a text with the hash of a password whose dollars are single: crypt's
// formats, and Argon2's.
func hashForm() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^$])(\$(?:apr1|2[aby]|[156y]|argon2(?:id|i|d))\$)[^$\s]+\$?[^$\s]`)
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
