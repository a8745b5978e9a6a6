package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ReloadInProduction finds start commands of the final stage that watch the
// sources and restart: twice the processes, no graceful stop, and whoever can
// write a file runs code.
//
// Silent in stages named dev, test and the like.
var ReloadInProduction = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "reload-in-production",
		Title:    "The server reloads itself",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkReloadInProduction,
}

func checkReloadInProduction(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
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
			Message: fmt.Sprintf("%s watches the sources and restarts, which belongs on a developer's machine; start the server without it", quoteShort(at.Text)),
		})
	}
}

// dropReload deletes the flag. There is no edit beside other flags about
// reloading, nor where the program itself is what reloads.
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
