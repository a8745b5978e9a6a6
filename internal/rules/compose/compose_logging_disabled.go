package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeLoggingDisabled reports services with the logging driver `none`. The severity
// is info for jobs that end.
//
// # Why it matters
//
// Docker discards everything that the service writes, so after a failure nothing shows
// the reason.
//
// # How to fix it
//
// Remove the section, or use a driver that limits the size of the logs:
//
//	logging:
//	  driver: local
//
// # Exceptions
//
// It does not report other drivers.
var ComposeLoggingDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-logging-disabled",
		Title:    "Logs of a service are discarded",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CL-0014"),
	},
	Check: checkComposeLoggingDisabled,
}

func checkComposeLoggingDisabled(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		v := s.Value("logging", "driver")
		if v.Text != "none" {
			continue
		}
		f := lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("the logs of %q are discarded, so nothing shows why it failed; remove the section, or use another driver", shortText(s.Name)),
			Fixes:   deleteKey(s, "logging", "remove the section"),
		}
		if s.IsJob() {
			f.Severity = lint.Info
		}
		p.Report(f)
	}
}
