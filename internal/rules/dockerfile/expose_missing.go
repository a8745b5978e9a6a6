package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeMissing reports start commands of a server on a port where the image has no
// `EXPOSE`.
//
// # Why it matters
//
// `EXPOSE` documents the port. `docker run -P` and other tools read it to publish the
// port or to find the server.
//
// The rule is off by default, because `EXPOSE` publishes nothing by itself.
//
// # How to fix it
//
// Add the port, as in `EXPOSE 8000`.
//
// # Exceptions
//
// It does not report ports that are variables.
var ExposeMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-missing",
		Title:    "Server port is not exposed",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF022"),
	},
	Check: checkExposeMissing,
}

func checkExposeMissing(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	port, at, ok := commandPort(c)
	ports, _, known := c.stage.ExposedPorts()
	if !ok || !known || len(ports) > 0 {
		return
	}
	p.Report(
		lint.Finding{
			Fixes:   addExpose(p.Doc, c, port),
			Span:    at.Span,
			Message: fmt.Sprintf("%s listens on port %d, but no EXPOSE documents it; add EXPOSE %d", c.program, port, port),
		},
	)
}

// addExpose adds EXPOSE above what starts the server.
func addExpose(d *facts.Dockerfile, c startCommand, port int) []lint.Fix {
	if d.StageOf(c.in) != c.stage {
		return nil
	}
	edit, ok := insertLine(c.in, "EXPOSE", strconv.Itoa(port))
	if !ok {
		return nil
	}
	return unsafeFix("add EXPOSE "+strconv.Itoa(port), lint.EffectConfig, edit)
}
