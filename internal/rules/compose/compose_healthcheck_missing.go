package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHealthcheckMissing finds a service from an image, on which others depend,
// without a health check: nothing tells whether it is ready, or hangs.
//
// With the option "all", also services with published ports on which none
// depends.
//
// Off by default: the image may have a check of its own, which the file does not
// show. Silent for services that are built, whose Dockerfile healthcheck-missing
// speaks of, for jobs, and where the check is switched off.
var ComposeHealthcheckMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-missing",
		Title:    "Others depend on a service without a health check",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-5.27", "kics:healthcheck_not_set"),
		Options:  []lint.Option{{Name: "all", Doc: "report services with published ports on which none depends too", Kind: lint.BoolOption}},
	},
	Check: checkComposeHealthcheckMissing,
}

func checkComposeHealthcheckMissing(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if d.IsFragment(d.Name) {
		return
	}
	for _, s := range d.All() {
		if isSet(s.Entry("healthcheck")) || s.Has("build") || s.Has("extends") || s.Has("provider") || s.IsJob() {
			continue
		}
		if image, ok := s.Image(); ok && d.Builds(image) {
			continue
		}
		f := lint.Finding{Span: s.Span()}
		switch dependants := d.Dependants(s); {
		case len(dependants) > 0:
			f.Message = fmt.Sprintf("%q has no health check, and %q depends on it; add one", shortText(s.Name), shortText(dependants[0].From.Name))
			f.Related = []lint.Related{{Span: dependants[0].Span, Message: "it is depended on here"}}
		case p.Options.Bool("all") && len(s.PublishedPorts()) > 0:
			f.Message = fmt.Sprintf("%q has no health check, so nothing tells when it hangs; add one", shortText(s.Name))
		default:
			continue
		}
		p.Report(f)
	}
}
