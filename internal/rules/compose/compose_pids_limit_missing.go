package compose

import (
	"strings"

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
		Needs:    lint.NeedsContext,
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.29", "OWASP-R7", "kics:pids_limit_not_set"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposePidsLimitMissing,
}

func checkComposePidsLimitMissing(p *facts.Pass[*facts.Compose]) {
	extended := map[string]bool{}
	for _, s := range p.Doc.All() {
		extended[s.Value("extends", "service").Text] = true
		extended[s.Value("extends").Text] = true
	}
	l := lacking{
		message: "%s may start processes until the host has none left; set pids_limit",
		title:   "set pids_limit to 200",
		keys:    []string{"pids_limit", "deploy.resources.limits"},
		mend:    func(s *facts.ComposeService) ([]text.Edit, bool) { return limitPids(p, s, extended) },
	}
	for _, s := range wholeServices(p.Doc) {
		if !s.PidsLimited() {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}

// limitPids sets the limit where the service has its limits: Compose refuses a
// pids_limit next to deploy.resources.limits, be it merged in, in a service that
// extends this one, or in a file that completes it. extended has the names of the
// services that others extend.
func limitPids(p *facts.Pass[*facts.Compose], s *facts.ComposeService, extended map[string]bool) ([]text.Edit, bool) {
	d := s.File()
	if extended[s.Name] {
		return nil, false
	}
	for _, near := range p.Project.ComposeFiles(d) {
		if near.Named(s.Name) != nil && strings.Contains(string(near.Source.Bytes), "limits") {
			return nil, false
		}
	}
	limits := s.Get("deploy", "resources", "limits")
	if limits == nil {
		if pair := s.Entry("pids_limit"); s.Owns(pair) && pair.Value.Kind == yaml.Scalar {
			return d.File.Replace(pair.Value, "200")
		}
		return addKey(s, "pids_limit", "pids_limit: 200")
	}
	if s.Value("deploy", "resources", "limits", "pids").Node != nil || s.Has("pids_limit") || !s.Owns(s.Entry("deploy")) || d.File.UsedElsewhere(s.Entry("deploy").Span) {
		return nil, false
	}
	return d.File.Add(limits, "pids: 200")
}
