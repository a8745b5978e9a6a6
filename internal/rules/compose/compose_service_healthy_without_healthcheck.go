package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ComposeServiceHealthyWithoutHealthcheck finds services that wait until another
// is healthy, while that one has no health check: Compose ends with an error and
// starts neither.
//
// For a service that is built its Dockerfile counts. For one with an image the
// registry knows; without --online it is a warning for Docker's official images,
// which have no health check, and nothing for others.
//
// Silent where another Compose file of the folder gives the service one, where another
// service of the file builds the image from a Dockerfile that has one, and where the
// service may be missing ("required: false").
//
// There is no fix: the probe has to name what a healthy service answers, and the file does
// not say that.
var ComposeServiceHealthyWithoutHealthcheck = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-healthy-without-healthcheck",
		Title:    "Nobody can tell when the service that is waited for is healthy",
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
		if e.Kind != facts.DependsEdge || e.Condition != "service_healthy" || !e.Required || e.Target == nil || e.Target.Has("extends") {
			continue
		}
		check, ok := e.Target.Healthcheck()
		if ok && !check.Disabled && check.Test.Exists() || siblingSets(p, e.To, "healthcheck") {
			continue
		}
		f := lint.Finding{
			Span:    e.Span,
			Message: fmt.Sprintf("%q waits until %q is healthy, and %q has no health check, so it never starts; give %q one", shortText(e.From.Name), shortText(e.To), shortText(e.To), shortText(e.To)),
		}
		switch {
		case ok && check.Disabled:
			f.Message = fmt.Sprintf("%q waits until %q is healthy, and the health check of %q is disabled, so it never starts; enable it, or wait for service_started", shortText(e.From.Name), shortText(e.To), shortText(e.To))
			f.Related = []lint.Related{{Span: check.Pair.Span, Message: "it is disabled here"}}
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
			f.Related = []lint.Related{{Span: e.Target.Span(), Message: "the service that is waited for"}}
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

// hasNoBuiltCheck tells whether the image that a service builds is known to have
// no health check, and the place that shows it.
func hasNoBuiltCheck(p *facts.Pass[*facts.Compose], s *facts.ComposeService) (related lint.Related, none bool) {
	b, err := p.Project.Build(s)
	switch {
	case err != nil:
		p.Skip(fmt.Sprintf("what %q builds is not known: %v", shortText(s.Name), err))
		return related, false
	case b.Stage == nil:
		return related, false
	}
	if in := b.Stage.Last("healthcheck"); in != nil {
		return inDockerfile(b, in.Head, "it is disabled here"), isNone(in)
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

// hasNoImageCheck tells whether the image of a service is known to have no
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

// isOfficial tells whether an image is one of Docker's official ones, which have
// no health check (docker-library/faq, "Healthcheck").
func isOfficial(i facts.Image) bool {
	return i.Known && !strings.Contains(i.Name(), "/") && i.Name() != "" && i.Registry != "localhost"
}
