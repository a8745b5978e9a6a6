package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHealthcheckDisabled finds a health check that is switched off, with
// "disable: true" or the test NONE.
//
// Where another service waits until this one is healthy it is an error: Compose
// gives up, since that never comes. Otherwise it is info: nobody sees when the
// service hangs.
//
// Silent for jobs.
var ComposeHealthcheckDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-disabled",
		Title:    "The health check of the image is switched off",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckDisabled,
}

func checkComposeHealthcheckDisabled(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		h, ok := s.Healthcheck()
		if !ok || !h.Disabled {
			continue
		}
		f := lint.Finding{
			Span:    h.Pair.Key.Span,
			Message: "the health check is switched off, so nobody sees when the service hangs; delete the line, or write a test that fits",
		}
		for _, e := range p.Doc.Dependants(s) {
			if e.Condition == "service_healthy" && e.Required {
				f.Severity = lint.Error
				f.Message = fmt.Sprintf("%q waits until this service is healthy, and its health check is switched off; write a test, or wait for service_started", shortText(e.From.Name))
				f.Related = []lint.Related{{Span: e.Span, Message: "it is waited for here"}}
				break
			}
		}
		if f.Severity == lint.Error || !s.IsJob() {
			p.Report(f)
		}
	}
}
