package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ReloadInProduction reports start commands of the final stage that restart the server
// when a source file changes, such as `uvicorn --reload`, `flask --debug`, `node
// --watch` and `nodemon`.
//
// # Why it matters
//
// The watcher runs as a second process, uses memory and CPU, and does not always stop the
// server gracefully. A process that can change the source files can run its code in the
// server. Debug modes such as `flask --debug` also show a debugger to visitors.
//
// # How to fix it
//
// Start the server without the option, or without the watcher:
//
//	CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]
//
// # Fix safety
//
// Only an option of the server has a fix, not a program such as `nodemon`.
//
// # Exceptions
//
// It does not report:
//
//   - stages with a name such as `dev` or `test`
var ReloadInProduction = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "reload-in-production",
		Title:    "Server watches its sources and restarts",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkReloadInProduction,
}

func checkReloadInProduction(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimSize); !ok || excused {
		return
	}
	c = c.inner()
	texts := make([]string, len(c.words))
	for i, w := range c.words {
		texts[i] = w.Text
	}
	at, found := c.at, false
	switch i := facts.ReloadsBy(c.program, texts); {
	case i >= 0:
		at, found = c.words[i], true
	case i == facts.ReloadsAlways:
		found = true
	}
	if found {
		p.Report(lint.Finding{
			Fixes:   dropReload(p.Doc, c, at),
			Span:    at.Span,
			Message: fmt.Sprintf("%s restarts the server when a file changes, which is for development; start the server without it", quoteShort(at.Text)),
		})
	}
}

// dropReload deletes the flag. There is no edit if there are other flags for reloading, or
// if the program itself is the one that reloads.
func dropReload(d *facts.Dockerfile, c startCommand, at facts.Argument) []lint.Fix {
	for _, w := range c.words {
		if strings.HasPrefix(w.Text, "--reload-") {
			return nil
		}
	}
	if !strings.HasPrefix(at.Text, "--") || c.isInner {
		return nil
	}
	edit, ok := deleteStartWords(d, c, at.Span, 1)
	if !ok {
		return nil
	}
	return unsafeFix("remove "+at.Text, lint.EffectConfig, edit)
}
