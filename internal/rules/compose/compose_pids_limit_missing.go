package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposePidsLimitMissing reports services without a limit for processes, in one
// finding for the file: neither `pids_limit` nor `deploy.resources.limits.pids` is
// set, or the value is 0 or -1.
//
// # Why it matters
//
// A program that starts processes without end, by a fault or on purpose, uses up the
// process IDs of the host. Then no other program can start.
//
// The rule is off by default, because few files have such a limit.
//
// # How to fix it
//
// Set a limit:
//
//	pids_limit: 200
//
// # Exceptions
//
// It does not report services that extend another service, or files that another file
// completes.
var ComposePidsLimitMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-pids-limit-missing",
		Title:    "Service has no limit for processes",
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
		message: "without a process limit, %s can use up all process IDs of the host; set pids_limit, for example to 200",
		title:   "set pids_limit to 200",
		keys:    []string{"pids_limit", "deploy.resources.limits"},
		fix:     func(s *facts.ComposeService) ([]text.Edit, bool) { return limitPids(p, s, extended) },
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
	if s.Value("deploy", "resources", "limits", "pids").Node != nil || s.Has("pids_limit") || !s.Owns(s.Entry("deploy")) ||
		d.File.UsedElsewhere(s.Entry("deploy").Span) {
		return nil, false
	}
	return d.File.Add(limits, "pids: 200")
}
