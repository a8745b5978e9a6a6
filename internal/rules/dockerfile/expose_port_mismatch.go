package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposePortMismatch finds files whose start command listens on a port that
// EXPOSE does not name, while EXPOSE names another one.
//
// Silent where a port is a variable, and where nothing is exposed.
var ExposePortMismatch = lint.Rule[*facts.Dockerfile]{
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

func checkExposePortMismatch(p *lint.Pass[*facts.Dockerfile]) {
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
		Span:    words[0].Span,
		Message: fmt.Sprintf("port %d is exposed, and %s listens on %d; expose the port that is used", ports[0], c.program, port),
		Related: []lint.Related{{Span: at.Span, Message: "the server's port"}},
	})
}
