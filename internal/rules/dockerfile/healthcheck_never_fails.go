package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckNeverFails reports `HEALTHCHECK` instructions whose script ends with status
// 0 whatever the check in it finds, such as a check that ends with `|| true` or `; exit
// 0`.
//
// # Why it matters
//
// Docker marks the container as healthy even if the server is down. A service that waits
// for `service_healthy` starts too early, and an orchestrator never replaces the broken
// container.
//
// # How to fix it
//
// End the check with a status that is not 0:
//
//	HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1
//
// # Fix safety
//
// There is no automatic fix: the check must know what a healthy server answers, and the file does
// not show that.
//
// # Exceptions
//
// It does not report:
//
//   - a check that is only `true` or `exit 0`, because it is empty on purpose
//   - a script that can end with another status in some place
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
			Message: fmt.Sprintf("%s returns status 0 even if the check fails, so the container is always healthy; end with \"exit 1\"",
				strconv.Quote(short(p.Doc.Text(span)))),
		})
	})
}
