package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeUndefinedService reports references to services that do not exist: in
// `depends_on`, `links`, `volumes_from`, `extends` and `additional_contexts`, and as
// the service whose network, process or IPC namespace is shared. It also reports an
// additional context from a service that has no build.
//
// # Why it matters
//
// Compose refuses the file, so no service of it starts.
//
// # How to fix it
//
// Correct the name, add the service, or remove the reference.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which service is meant, or whether it was
// removed on purpose.
//
// # Exceptions
//
// It does not report:
//
//   - files that are merged with or included by another file
//   - dependencies with `required: false`
//   - containers (`container:NAME`)
//   - names that contain a variable
var ComposeUndefinedService = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-undefined-service",
		Title:    "Service refers to a service that does not exist",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"depends_on", "links", "volumes_from", "namespace", "extends", "additional_contexts"},
		Aliases: []lint.Alias{
			{Name: "compose-go:additional-contexts", Variants: []string{"additional_contexts"}},
			{Name: "compose-go:undefined-depends-on", Variants: []string{"depends_on", "links", "volumes_from"}},
			{Name: "compose-go:undefined-network-mode-service", Variants: []string{"namespace"}},
		},
	},
	Check: checkComposeUndefinedService,
}

// edgeKeys are the variants by the kind of reference.
var edgeKeys = map[facts.EdgeKind]string{
	facts.DependsEdge: "depends_on", facts.LinkEdge: "links", facts.VolumesFromEdge: "volumes_from",
	facts.NamespaceEdge: "namespace", facts.ExtendsEdge: "extends", facts.ContextEdge: "additional_contexts",
}

func checkComposeUndefinedService(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	var names []string
	for _, s := range d.All()[:min(len(d.All()), nearest.Most)] {
		names = append(names, s.Name)
	}
	var findings []lint.Finding
	for _, e := range d.Edges() {
		f := lint.Finding{Span: e.Span, Variant: edgeKeys[e.Kind]}
		switch {
		case !e.Required:
			continue
		case e.Target != nil:
			if e.Kind != facts.ContextEdge || e.Target.Has("build") || e.Target.Has("extends") {
				continue
			}
			f.Message = fmt.Sprintf("service %q has no build, so it cannot be a build context and Compose refuses the file; add a build, or use an image", shortText(e.To))
		default:
			f.Message = fmt.Sprintf("there is no service %q, so Compose refuses the file", shortText(e.To))
			if near, ok := nearest.Name(e.To, names); ok {
				f.Message += fmt.Sprintf("; write %q", near)
			} else {
				f.Message += "; add it, or remove the reference"
			}
		}
		findings = append(findings, f)
	}
	if len(findings) == 0 || hasLooseEnds(p) {
		return
	}
	for _, f := range findings {
		p.Report(f)
	}
}
