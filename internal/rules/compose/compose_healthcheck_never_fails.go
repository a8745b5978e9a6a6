package compose

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckNeverFails finds a health check whose script ends with status
// 0 whatever its checks say, as with "|| true" or "; exit 0". The container is
// always healthy, and a service that waits for it waits for nothing.
//
// Silent for a check that is "true" or "exit 0" alone, which asks nothing on purpose.
//
// There is no fix: the probe has to name what a healthy service answers, and the file does
// not say that.
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
			Message: fmt.Sprintf("%s gives status 0 even when the check fails, so the container is always healthy; end with \"exit 1\"",
				strconv.Quote(shortText(script.Raw[part.Start:part.End]))),
		})
	})
}
