package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeStopGracePeriodUnset finds services with a build of their own and
// without stop_grace_period; zero is a warning.
//
// After ten seconds the program is killed, with what it has in hand. Set the
// time that its longest request or job takes.
//
// Off by default: the need depends on the program. Silent for databases, for
// jobs that end, in files for development, and in files that others complete.
var ComposeStopGracePeriodUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-stop-grace-period-unset",
		Title:    "A service has ten seconds to stop",
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
				Message: fmt.Sprintf("%q is killed at once, with what it has in hand; give it the time that its longest request takes", shortText(s.Name)),
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
			Message: fmt.Sprintf("%q is killed ten seconds after it is told to stop; set stop_grace_period to what its longest request or job takes", shortText(s.Name)),
			Fixes:   yamlFix("set stop_grace_period to 30s", lint.Unsafe, edits, ok, "services.*.stop_grace_period"),
		})
	}
}
