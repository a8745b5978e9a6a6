package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeInitUnset finds services whose first process is node, a package runner
// of it, or a shell, without "init: true".
//
// These do not wait for children that are not their own, so that dead ones pile
// up, and node does not stop at a signal unless the program says so.
//
// Off by default: whether the program handles both is not in the file. Silent
// for jobs that end and where the command names tini or another init.
var ComposeInitUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-init-unset",
		Title:    "Nothing reaps the children of a service",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeInitUnset,
}

func checkComposeInitUnset(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		if s.Has("init") || s.IsJob() || s.Has("extends") {
			continue
		}
		c := s.Entrypoint()
		if !c.Exists() {
			c = s.Command()
		}
		words := c.Split()
		if len(words) == 0 {
			continue
		}
		program := path.Base(words[0])
		if !slices.Contains([]string{"node", "npm", "npx", "yarn", "pnpm", "sh", "ash", "dash", "bash"}, program) || strings.Contains(strings.Join(words, " "), "exec ") {
			continue
		}
		edits, ok := addKey(s, "init", "init: true")
		p.Report(lint.Finding{
			Span:    c.Pair.Key.Span,
			Message: fmt.Sprintf("%q is process 1 of %q and does not wait for children of others; set init to true", shortText(program), shortText(s.Name)),
			Fixes:   yamlFix("set init to true", lint.Unsafe, edits, ok, "services.*.init"),
		})
	}
}
