package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposeMissing finds start commands of a server on a port that no EXPOSE
// names: people and tools read it there.
//
// Off by default: EXPOSE publishes nothing.
var ExposeMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-missing",
		Title:    "The server's port is not exposed",
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
	p.Report(lint.Finding{Fixes: addExpose(p.Doc, c, port), Span: at.Span, Message: fmt.Sprintf("%s listens on port %d, and no EXPOSE says so; add EXPOSE %d", c.program, port, port)})
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
