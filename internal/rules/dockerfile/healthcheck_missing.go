package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// HealthcheckMissing reports images of servers without `HEALTHCHECK` that a Compose file
// of the project runs without a health check of its own. A server is an image that
// exposes a port, or that starts a program that is clearly a server.
//
// # Why it matters
//
// Docker sees only whether the process runs. It cannot detect a server that hangs, and
// services that wait for `service_healthy` have nothing to wait for.
//
// The rule is off by default, because Docker only shows the result of a check as long as
// nothing waits for it.
//
// # How to fix it
//
// Add a check:
//
//	HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1
//
// Write `HEALTHCHECK NONE` if the platform checks the server.
//
// # Fix safety
//
// There is no automatic fix: a check must know what a healthy server answers, and the file does
// not show that.
//
// # Exceptions
//
// It does not report:
//
//   - `HEALTHCHECK NONE`, and services that state their own check
//   - services with another command and without ports, which are often workers
//   - images that no Compose file builds, because Kubernetes and most platforms ignore
//     `HEALTHCHECK`; the option `always` reports these too
var HealthcheckMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-missing",
		Title:    "Server has no health check",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Options:  []lint.Option{{Name: "always", Doc: "also report servers that no Compose file builds", Kind: lint.BoolOption}},
		Aliases: append(
			[]lint.Alias{{Name: "DL3057", Severity: lint.Info, OffByDefault: true}},
			lint.Names("CIS-4.6", "CIS-5.27", "CIS-DI-0006", "CKV_DOCKER_2", "DF012", "DS026", "kics:healthcheck_instruction", "kics:healthcheck_instruction_missing")...,
		),
	},
	Check: checkHealthcheckMissing,
}

func checkHealthcheckMissing(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !p.Hadolint && (!s.IsFinal() || (s.Last("expose") == nil && !isServer(p.Doc, s))) {
			continue
		}
		if s.Last("healthcheck") != nil || s.IsBase() {
			continue
		}
		f := lint.Finding{
			Span:    s.From.Head,
			Message: fmt.Sprintf("the stage that begins with %s has no HEALTHCHECK, so Docker cannot detect a hung server; add one, or HEALTHCHECK NONE if the platform has its own checks", quoteShort(firstLine(p.Doc.Text(s.From.Head)))),
		}
		if !p.Hadolint && !p.Options.Bool("always") {
			if !p.Files.Known() {
				p.Skip("the other files of the project are not known, so it is unknown whether Docker runs the image")
				return
			}
			service := unchecked(s, p.Project.ServicesOf(p.Doc, s))
			if service == nil {
				return
			}
			f.Related = []lint.Related{service.Related("this service has no health check of its own")}
		}
		p.Report(f)
	}
}

// unchecked is the first of the services that serves and has no health check of its
// own, nor the decision to have none; nil for none. A service with another command
// than its image and without ports is as often a worker.
func unchecked(stage *facts.Stage, services []facts.ServiceNear) *facts.ServiceNear {
	for i, s := range services {
		asIs := !s.Command().Exists() && !s.Entrypoint().Exists() && stage.Last("expose") != nil
		if (asIs || len(s.PublishedPorts()) > 0 || s.Has("expose")) && !s.Has("healthcheck") && !s.IsJob() {
			return &services[i]
		}
	}
	return nil
}
