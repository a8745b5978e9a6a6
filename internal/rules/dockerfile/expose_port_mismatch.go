package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// ExposePortMismatch reports files whose `EXPOSE` names a port other than the one on
// which the start command listens.
//
// # Why it matters
//
// People and tools read `EXPOSE` to find the server. `docker run -P` publishes the
// exposed port, and no program answers there.
//
// # How to fix it
//
// Expose the port on which the server listens, or change the port of the server.
//
// # Exceptions
//
// It does not report:
//
//   - ports that are variables
//   - images that expose nothing; the rule `expose-missing` reports these
var ExposePortMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-port-mismatch",
		Title:    "EXPOSE and the server name different ports",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkExposePortMismatch,
}

func checkExposePortMismatch(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	port, at, ok := commandPort(c)
	ports, words, known := c.stage.ExposedPorts()
	if !ok || !known || len(ports) == 0 || slices.Contains(ports, port) {
		return
	}
	p.Report(lint.Finding{
		Fixes:   exposePort(p.Doc, c, words, ports[0], port),
		Span:    words[0].Span,
		Message: fmt.Sprintf("EXPOSE names port %d, but %s listens on %d; expose the port that is used", ports[0], c.program, port),
		Related: []lint.Related{{Span: at.Span, Message: "the server listens on this port"}},
	})
}

// exposePort writes the server's port in the only EXPOSE, unless something else
// in the stage names the exposed one too.
func exposePort(d *facts.Dockerfile, c startCommand, words []dockerfile.Word, exposed, port int) []lint.Fix {
	number := strconv.Itoa(exposed)
	if len(words) != 1 || !strings.HasPrefix(d.Text(words[0].Span), number) || c.stage.LastOwn("expose") == nil {
		return nil
	}
	for _, in := range c.stage.Instructions {
		if in.Keyword != "expose" && strings.Contains(in.Args, number) {
			return nil
		}
	}
	start := words[0].Span.Start
	return unsafeFix(
		"expose "+strconv.Itoa(port),
		lint.EffectConfig,
		lint.Replace(text.Span{Start: start, End: start + len(number)}, strconv.Itoa(port)),
	)
}
