package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposePidsLimitMissing finds services without a limit for processes: no
// pids_limit and no deploy.resources.limits.pids, or 0 or -1.
//
// One that forks without end takes the whole host with it. Set a limit.
//
// Off by default: hardly a file has one. There is one finding for the file; the
// option "per-service" makes one for each service. Silent in files that others
// complete.
var ComposePidsLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-pids-limit-missing",
		Title:    "A service may start any number of processes",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.29", "OWASP-R7", "kics:pids_limit_not_set"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposePidsLimitMissing,
}

func checkComposePidsLimitMissing(p *facts.Pass[*facts.Compose]) {
	l := lacking{
		message: "%s may start processes until the host has none left; set pids_limit",
		title:   "set pids_limit to 200",
		keys:    []string{"pids_limit"},
		mend: func(s *facts.ComposeService) ([]text.Edit, bool) {
			if p := s.Entry("pids_limit"); s.Owns(p) && p.Value.Kind == yaml.Scalar && s.Value("deploy", "resources", "limits", "pids").Node == nil {
				return s.File().File.Replace(p.Value, "200")
			}
			if s.Value("deploy", "resources", "limits", "pids").Exists() {
				return nil, false
			}
			return addKey(s, "pids_limit", "pids_limit: 200")
		},
	}
	for _, s := range wholeServices(p.Doc) {
		if !s.PidsLimited() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
