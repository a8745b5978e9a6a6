package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckNeverFails finds a HEALTHCHECK whose script ends with status 0
// whatever its checks say, as with "|| true" or "; exit 0": the container is always
// healthy.
//
// Silent for a check that is "true" or "exit 0" alone, which asks nothing on purpose.
//
// There is no fix: the probe has to name what a healthy service answers, and the file does
// not say that.
var HealthcheckNeverFails = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-never-fails",
		Title:    "Health check cannot fail",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckNeverFails,
}

func checkHealthcheckNeverFails(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		script := in.Script()
		if script == nil || script.File == nil || !p.Doc.RunsPOSIX(in) {
			return
		}
		node := facts.NeverFails(script.File)
		if node == nil {
			return
		}
		span := script.SpanOf(node)
		p.Report(lint.Finding{
			Span: span,
			Message: fmt.Sprintf("%s gives status 0 even when the check fails, so the container is always healthy; end with \"exit 1\"",
				strconv.Quote(short(p.Doc.Text(span)))),
		})
	})
}
