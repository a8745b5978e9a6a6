package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ComposeServiceHealthyWithoutHealthcheck reports services that wait with `condition:
// service_healthy` for a service without a health check.
//
// For a service that Compose builds, the `HEALTHCHECK` of its Dockerfile counts. For
// an image, the rule reads the registry with `--online`. Offline, it reports only
// Docker's official images, which have no health check, as a warning.
//
// # Why it matters
//
// Compose stops with an error, because a container without a health check never
// becomes healthy. The waiting service does not start.
//
// # How to fix it
//
// Add a health check to the service:
//
//	db:
//	  image: postgres:17
//	  healthcheck:
//	    test: ["CMD-SHELL", "pg_isready -U postgres"]
//
// Or wait with `condition: service_started`.
//
// # Fix safety
//
// There is no automatic fix: the check must name what a healthy service answers, and the file
// does not show that.
//
// # Exceptions
//
// It does not report:
//
//   - services that get a health check from another Compose file of the folder
//   - images that another service of the file builds from a Dockerfile with a health
//     check
//   - dependencies with `required: false`
//   - services that extend another service
var ComposeServiceHealthyWithoutHealthcheck = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-healthy-without-healthcheck",
		Title:    "Service waits for the health of a service without a health check",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
	},
	Check: checkComposeServiceHealthyWithoutHealthcheck,
}

func checkComposeServiceHealthyWithoutHealthcheck(p *facts.Pass[*facts.Compose]) {
	for _, e := range p.Doc.Edges() {
		if e.Kind != facts.DependsEdge || e.Condition != "service_healthy" || !e.Required || e.Target == nil {
			continue
		}
		if e.Target.Has("extends") {
			continue
		}
		check, ok := e.Target.Healthcheck()
		if (ok && !check.Disabled && check.Test.Exists()) || siblingSets(p, e.To, "healthcheck") {
			continue
		}
		f := lint.Finding{
			Span: e.Span,
			Message: fmt.Sprintf(
				"%q waits until %q is healthy, but %q has no health check, so it never starts; add a health check to %q",
				shortText(e.From.Name),
				shortText(e.To),
				shortText(e.To),
				shortText(e.To),
			),
		}
		switch {
		case ok && check.Disabled:
			f.Message = fmt.Sprintf("%q waits until %q is healthy, but the health check of %q is disabled, so it never starts; enable it, or wait for service_started", shortText(e.From.Name), shortText(e.To), shortText(e.To))
			f.Related = []lint.Related{{Span: check.Pair.Span, Message: "the health check is disabled here"}}
		case builderOf(p.Doc, e.Target) != nil:
			related, none := hasNoBuiltCheck(p, builderOf(p.Doc, e.Target))
			if !none {
				continue
			}
			f.Related = []lint.Related{related}
		default:
			severity, none := hasNoImageCheck(p, e.Target)
			if !none {
				continue
			}
			f.Severity = severity
			f.Related = []lint.Related{{Span: e.Target.Span(), Message: "the service without a health check"}}
		}
		p.Report(f)
	}
}

// builderOf is the service that builds a service's image: itself, or another one of the
// file with an image of the same name. It is nil if none does.
func builderOf(d *facts.Compose, s *facts.ComposeService) *facts.ComposeService {
	if s.Has("build") {
		return s
	}
	image, ok := s.Image()
	if !ok || !image.Known {
		return nil
	}
	for _, other := range d.All() {
		if built, ok := other.Image(); ok && other.Has("build") && built.Text == image.Text {
			return other
		}
	}
	return nil
}

// hasNoBuiltCheck reports whether the image that a service builds is known to have
// no health check, and the place that shows it.
func hasNoBuiltCheck(p *facts.Pass[*facts.Compose], s *facts.ComposeService) (related lint.Related, none bool) {
	b, err := p.Project.Build(s)
	switch {
	case err != nil:
		p.Skip(fmt.Sprintf("cannot tell what %q builds: %v", shortText(s.Name), err))
		return related, false
	case b.Stage == nil:
		return related, false
	}
	if in := b.Stage.Last("healthcheck"); in != nil {
		return inDockerfile(b, in.Head, "the health check is disabled here"), isNone(in)
	}
	base := b.Stage.Base()
	if !base.IsScratch() && !isOfficial(base) {
		config, err := p.Registry.Config(base.Text, "")
		if !base.Known || err != nil || config.Healthcheck {
			return related, false
		}
	}
	return inDockerfile(b, b.Stage.From.Head, "no HEALTHCHECK follows"), true
}

func isNone(in *dockerfile.Instruction) bool {
	return strings.EqualFold(strings.TrimSpace(in.Args), "none")
}

// hasNoImageCheck reports whether the image of a service is known to have no
// health check, and how bad that is.
func hasNoImageCheck(p *facts.Pass[*facts.Compose], s *facts.ComposeService) (severity lint.Severity, none bool) {
	image, ok := s.Image()
	if !ok || !image.Known {
		return 0, false
	}
	config, err := p.Registry.Config(image.Text, "")
	if err == nil {
		return lint.SeverityUnset, !config.Healthcheck
	}
	return lint.Warning, isOfficial(image)
}

// isOfficial reports whether an image is one of Docker's official ones, which have
// no health check (docker-library/faq, "Healthcheck"). A short name that the tables do not
// have may be one that was built on this machine.
func isOfficial(i facts.Image) bool {
	isShort := i.Known && !strings.Contains(i.Name(), "/") && i.Registry != "localhost"
	return isShort && i.Table().IsKnown()
}
