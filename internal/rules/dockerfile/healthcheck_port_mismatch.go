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

// HealthcheckPortMismatch finds HEALTHCHECK that asks a port of the machine
// itself on which the start command does not listen.
//
// Silent where the command names no port, and where EXPOSE names the port that
// is asked.
var HealthcheckPortMismatch = facts.Rule[*facts.Dockerfile]{
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

func checkHealthcheckPortMismatch(p *facts.Pass[*facts.Dockerfile]) {
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
		Fixes:   askPort(p.Doc, check, asked, port),
		Span:    check.Head,
		Message: fmt.Sprintf("the health check asks port %d, and %s listens on %d, so the container is never healthy; ask port %d", asked, c.program, port, port),
		Related: []lint.Related{{Span: at.Span, Message: "the server's port"}},
	})
}

// askPort writes the server's port in the only address of a health check.
func askPort(d *facts.Dockerfile, check *dockerfile.Instruction, asked, port int) []lint.Fix {
	source, number := d.Text(check.BodySpan), ":"+strconv.Itoa(asked)
	at := strings.Index(source, number)
	if at < 0 || strings.Count(source, "://") != 1 || strings.Count(source, number) != 1 {
		return nil
	}
	start := check.BodySpan.Start + at + 1
	return unsafeFix("ask port "+strconv.Itoa(port), lint.EffectConfig, lint.Replace(text.Span{Start: start, End: start + len(number) - 1}, strconv.Itoa(port)))
}
