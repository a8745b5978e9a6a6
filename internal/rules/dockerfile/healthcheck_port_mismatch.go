package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// HealthcheckPortMismatch finds HEALTHCHECK that asks a port of the machine
// itself on which the start command does not listen.
//
// Silent where the command names no port, and where EXPOSE names the port that
// is asked.
var HealthcheckPortMismatch = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-port-mismatch",
		Title:    "The health check asks another port",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckPortMismatch,
}

func checkHealthcheckPortMismatch(p *lint.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	check := c.stage.Last("healthcheck")
	port, at, ok := commandPort(c)
	if check == nil || !ok {
		return
	}
	asked, found := localPort(check.Args)
	ports, _, _ := c.stage.ExposedPorts()
	if !found || asked == port || slices.Contains(ports, asked) {
		return
	}
	p.Report(lint.Finding{
		Span:    check.Head,
		Message: fmt.Sprintf("the health check asks port %d, and %s listens on %d, so the container is never healthy; ask port %d", asked, c.program, port, port),
		Related: []lint.Related{{Span: at.Span, Message: "the server's port"}},
	})
}
