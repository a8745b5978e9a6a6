package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHealthcheckDisabled reports health checks that `disable: true` or the test
// `NONE` disables. The severity is error where another service waits for
// `service_healthy`, and info otherwise.
//
// # Why it matters
//
// Without a check, Docker sees only whether the process runs, and cannot detect a
// service that hangs. A service that waits for `service_healthy` cannot start, because
// a service without a check never becomes healthy.
//
// The rule is off by default, because a file disables a check on purpose.
//
// # How to fix it
//
// Remove the line to use the check of the image, or write a test that fits the
// service. Services that wait for it can use `condition: service_started` instead.
//
// # Exceptions
//
// It does not report jobs that end, unless another service waits until they are
// healthy.
var ComposeHealthcheckDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-disabled",
		Title:    "Health check is disabled",
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
			Message: "the health check is disabled, so Docker cannot detect a service that hangs; remove the line, or write a test that fits",
		}
		for _, e := range p.Doc.Dependants(s) {
			if e.Condition == "service_healthy" && e.Required {
				f.Severity = lint.Error
				f.Message = fmt.Sprintf("%q waits until this service is healthy, but its health check is disabled, so Compose stops with an error; write a test, or wait for service_started", shortText(e.From.Name))
				f.Related = []lint.Related{{Span: e.Span, Message: "the dependency that waits for it"}}
				break
			}
		}
		if f.Severity == lint.Error || !s.IsJob() {
			p.Report(f)
		}
	}
}
