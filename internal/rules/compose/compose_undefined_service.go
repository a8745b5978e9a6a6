package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeUndefinedService finds a reference to a service that does not exist: in
// depends_on, links, volumes_from, extends, additional contexts, or as the
// service whose network, process or IPC namespace is shared. Compose refuses the
// file. So it does for an additional context from a service that builds nothing.
//
// Silent in files that others complete or include, as far as the folder and those
// above it show, for "required: false", for containers
// named by "container:" and for names with variables.
//
// There is no fix: only the author knows which service is meant, or whether it was removed
// on purpose.
var ComposeUndefinedService = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-undefined-service",
		Title:    "A service refers to one that does not exist",
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
			f.Message = fmt.Sprintf("the service %q builds nothing that could be a context, and Compose refuses the file; give it a build, or name an image", shortText(e.To))
		default:
			f.Message = fmt.Sprintf("there is no service %q, and Compose refuses the file", shortText(e.To))
			if near, ok := nearest.Name(e.To, names); ok {
				f.Message += fmt.Sprintf("; did you mean %q?", near)
			} else {
				f.Message += "; add it, or take the reference away"
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
