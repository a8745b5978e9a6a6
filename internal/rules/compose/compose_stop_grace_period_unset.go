package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeStopGracePeriodUnset reports services with a build of their own and without
// `stop_grace_period` (variant `unset`), and a period of zero (variant `zero`, a
// warning).
//
// # Why it matters
//
// Docker kills the program 10 seconds after the stop signal (SIGTERM). Requests and
// jobs that take longer are lost.
//
// The rule is off by default, because the time depends on the program.
//
// # How to fix it
//
// Set the time that the longest request or job takes:
//
//	stop_grace_period: 30s
//
// # Exceptions
//
// Without `stop_grace_period`, it does not report:
//
//   - databases, and jobs that end
//   - files for development
//   - services with `extends`, and files that are merged with another Compose file
var ComposeStopGracePeriodUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-stop-grace-period-unset",
		Title:    "Service has only 10 seconds to stop",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"unset", "zero"},
	},
	Check: checkComposeStopGracePeriodUnset,
}

func checkComposeStopGracePeriodUnset(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		v := s.Value("stop_grace_period")
		if d, ok := facts.Duration(v); ok && d == 0 {
			p.Report(lint.Finding{
				Span: v.Span, Severity: lint.Warning, Variant: "zero",
				Message: fmt.Sprintf("%q is killed at once when it stops, so its open requests are lost; set at least the time that its longest request takes", shortText(s.Name)),
			})
		}
	}
	if p.Doc.IsDevelopment(p.Doc.Name) {
		return
	}
	for _, s := range wholeServices(p.Doc) {
		if !s.Has("build") || s.Entry("stop_grace_period") != nil || s.Database() != "" || s.IsJob() {
			continue
		}
		edits, ok := addKey(s, "stop_grace_period", "stop_grace_period: 30s")
		p.Report(lint.Finding{
			Span: s.Span(), Variant: "unset",
			Message: fmt.Sprintf("%q is killed if it has not stopped 10 seconds after the stop signal; set stop_grace_period to at least the time that its longest request or job takes", shortText(s.Name)),
			Fixes:   yamlFix("set stop_grace_period to 30s", lint.Unsafe, edits, ok, "services.*.stop_grace_period"),
		})
	}
}
