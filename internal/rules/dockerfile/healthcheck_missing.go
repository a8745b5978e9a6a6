package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// HealthcheckMissing finds images of servers without a HEALTHCHECK that a Compose
// file of the project runs without one of its own: Docker cannot tell a server that
// hangs from one that works.
//
// A server is what exposes a port, or starts a program that plainly is one.
// HEALTHCHECK NONE counts as a decision, and so does what a service says of its own
// check. Silent for services with another command and no ports, which are as often
// workers, and where no Compose file builds the image, since Kubernetes and most
// platforms ignore HEALTHCHECK and have checks of their own; the option "always"
// speaks of those images too.
//
// Off by default: as long as nobody waits for the check, Docker only shows what it
// says.
var HealthcheckMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-missing",
		Title:    "No HEALTHCHECK",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Options:  []lint.Option{{Name: "always", Doc: "report servers that no Compose file builds too", Kind: lint.BoolOption}},
		Aliases: append(
			[]lint.Alias{{Name: "DL3057", Severity: lint.Info, OffByDefault: true}},
			lint.Names("CIS-4.6", "CIS-5.27", "CIS-DI-0006", "CKV_DOCKER_2", "DF012", "DS026", "kics:healthcheck_instruction", "kics:healthcheck_instruction_missing")...,
		),
	},
	Check: checkHealthcheckMissing,
}

func checkHealthcheckMissing(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !p.Hadolint && (!s.IsFinal() || s.Last("expose") == nil && !isServer(p.Doc, s)) || s.Last("healthcheck") != nil || s.IsBase() {
			continue
		}
		f := lint.Finding{
			Span:    s.From.Head,
			Message: fmt.Sprintf("no HEALTHCHECK follows %s, so Docker cannot tell a server that hangs from one that works; add one, or HEALTHCHECK NONE where the platform checks", quoteShort(firstLine(p.Doc.Text(s.From.Head)))),
		}
		if !p.Hadolint && !p.Options.Bool("always") {
			if !p.Files.Known() {
				p.Skip("the files around are not known, so nothing shows that Docker runs the image")
				return
			}
			service := unchecked(s, p.Project.ServicesOf(p.Doc, s))
			if service == nil {
				return
			}
			f.Related = []lint.Related{service.Related("this runs it without a check of its own")}
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
