package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHealthcheckMissing reports services without a health check that use an image
// and that other services depend on.
//
// # Why it matters
//
// Services that depend on it cannot wait until it is ready, and Docker cannot detect
// when it hangs.
//
// The rule is off by default, because the image can have a check of its own, which the
// file does not show.
//
// # How to fix it
//
// Add a check that fits the service:
//
//	healthcheck:
//	  test: ["CMD-SHELL", "pg_isready -U postgres"]
//
// # Exceptions
//
// It does not report:
//
//   - services that Compose builds; the rule `healthcheck-missing` reports their
//     Dockerfile
//   - jobs that end
//   - services with a disabled check
//   - services with `extends`, and files that are merged with another Compose file
var ComposeHealthcheckMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-missing",
		Title:    "Service that others depend on has no health check",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-5.27", "kics:healthcheck_not_set"),
		Options:  []lint.Option{{Name: "all", Doc: "also report services with published ports that no other service depends on", Kind: lint.BoolOption}},
	},
	Check: checkComposeHealthcheckMissing,
}

func checkComposeHealthcheckMissing(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if d.IsFragment(d.Name) {
		return
	}
	for _, s := range d.All() {
		if isSet(s.Entry("healthcheck")) || s.Has("build") || s.Has("extends") || s.Has("provider") {
			continue
		}
		if s.IsJob() {
			continue
		}
		if image, ok := s.Image(); ok && d.Builds(image) {
			continue
		}
		f := lint.Finding{Span: s.Span()}
		switch dependants := d.Dependants(s); {
		case len(dependants) > 0:
			f.Message = fmt.Sprintf("%q has no health check, so %q cannot wait until it is ready; add one", shortText(s.Name), shortText(dependants[0].From.Name))
			f.Related = []lint.Related{{Span: dependants[0].Span, Message: "the dependency on this service"}}
		case p.Options.Bool("all") && len(s.PublishedPorts()) > 0:
			f.Message = fmt.Sprintf("%q has no health check, so Docker cannot detect when it hangs; add one", shortText(s.Name))
		default:
			continue
		}
		p.Report(f)
	}
}
