package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeInitUnset reports services without `init` whose first process is `node`, one
// of its package runners, or a shell.
//
// # Why it matters
//
// Process 1 of a container must reap processes whose parent has ended. Node.js and
// shells do not do this, so dead processes pile up. Node.js also ignores the stop
// signal (SIGTERM) as process 1, unless the program handles it, and Docker kills it
// after 10 seconds.
//
// The rule is off by default, because the file does not show whether the program
// handles both itself.
//
// # How to fix it
//
// Let Docker start a small init:
//
//	init: true
//
// # Exceptions
//
// It does not report:
//
//   - jobs that end
//   - commands that start with an init, such as `tini`, or use `exec`
//   - services that extend another service
//   - services whose command is set only in the image
var ComposeInitUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-init-unset",
		Title:    "Service runs without an init process",
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
		if !slices.Contains([]string{"node", "npm", "npx", "yarn", "pnpm", "sh", "ash", "dash", "bash"}, program) ||
			strings.Contains(strings.Join(words, " "), "exec ") {
			continue
		}
		edits, ok := addKey(s, "init", "init: true")
		p.Report(lint.Finding{
			Span:    c.Pair.Key.Span,
			Message: fmt.Sprintf("%q is process 1 in %q and does not reap orphaned processes, so they pile up; set \"init: true\"", shortText(program), shortText(s.Name)),
			Fixes:   yamlFix("set init to true", lint.Unsafe, edits, ok, "services.*.init"),
		})
	}
}
