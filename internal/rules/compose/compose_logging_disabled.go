package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeLoggingDisabled finds the logging driver "none".
//
// Nobody can say afterwards why the service failed. Delete it, or name a driver.
//
// It is info for jobs that end. Silent for other drivers.
var ComposeLoggingDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-logging-disabled",
		Title:    "The logs of a service are thrown away",
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
			Message: fmt.Sprintf("the logs of %q are thrown away, so nobody can say why it failed; delete it, or name a driver", shortText(s.Name)),
			Fixes:   deleteKey(s, "logging", "delete the section"),
		}
		if s.IsJob() {
			f.Severity = lint.Info
		}
		p.Report(f)
	}
}
