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

// HealthcheckPortMismatch reports `HEALTHCHECK` instructions that connect to a port of
// the container, such as `localhost:8080`, although the start command makes the server
// listen on another port.
//
// # Why it matters
//
// Nothing answers on that port, so the container is never healthy. Services that wait
// for it do not start, and an orchestrator replaces a container that works.
//
// # How to fix it
//
// Use the port of the server in the check:
//
//	HEALTHCHECK CMD curl -f http://localhost:8000/
//	CMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
//
// # Exceptions
//
// It does not report:
//
//   - start commands that do not name a port
//   - ports that `EXPOSE` names, because another process can listen there
//   - addresses without a port
var HealthcheckPortMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-port-mismatch",
		Title:    "Health check uses a port that the server does not listen on",
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
		Message: fmt.Sprintf("the health check uses port %d, but %s listens on %d, so the container is never healthy; use port %d", asked, c.program, port, port),
		Related: []lint.Related{{Span: at.Span, Message: "the port of the server"}},
	})
}

// askPort replaces the port in the only URL of a health check with the port of the server.
func askPort(d *facts.Dockerfile, check *dockerfile.Instruction, asked, port int) []lint.Fix {
	source, number := d.Text(check.BodySpan), ":"+strconv.Itoa(asked)
	at := strings.Index(source, number)
	if at < 0 || strings.Count(source, "://") != 1 || strings.Count(source, number) != 1 {
		return nil
	}
	start := check.BodySpan.Start + at + 1
	return unsafeFix(
		"use port "+strconv.Itoa(port),
		lint.EffectConfig,
		lint.Replace(text.Span{Start: start, End: start + len(number) - 1}, strconv.Itoa(port)),
	)
}
