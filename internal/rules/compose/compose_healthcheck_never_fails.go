package compose

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckNeverFails reports health checks whose script exits with 0
// whatever the check finds, for example because of `|| true` or `; exit 0`.
//
// # Why it matters
//
// Docker reports the container as healthy even if the service does not answer. A
// service that waits for `service_healthy` does not wait.
//
// # How to fix it
//
// End with a status that shows the failure:
//
//	test: ["CMD-SHELL", "curl -f http://localhost/health || exit 1"]
//
// # Fix safety
//
// There is no automatic fix: the check must name what a healthy service answers, and the file
// does not show that.
//
// # Exceptions
//
// It does not report a check that is only `true` or `exit 0`, which is always healthy
// on purpose.
var ComposeHealthcheckNeverFails = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-never-fails",
		Title:    "Health check cannot fail",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckNeverFails,
}

func checkComposeHealthcheckNeverFails(p *facts.Pass[*facts.Compose]) {
	healthTests(p, func(_ *facts.ComposeService, test compose.Command) {
		script, ok := healthScript(test)
		if !ok {
			return
		}
		file, ok := facts.HealthScript(script.Raw)
		if !ok {
			return
		}
		node := facts.NeverFails(file)
		if node == nil {
			return
		}
		part := text.Span{Start: int(node.Pos().Offset()), End: int(node.End().Offset())}
		p.Report(lint.Finding{
			Span: p.Doc.Place(script, part),
			Message: fmt.Sprintf("%s exits with 0 even if the check fails, so the container is always healthy; end with \"exit 1\"",
				strconv.Quote(shortText(script.Raw[part.Start:part.End]))),
		})
	})
}
