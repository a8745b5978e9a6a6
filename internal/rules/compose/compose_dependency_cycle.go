package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDependencyCycle reports services that depend on each other in a circle, by
// `depends_on`, `links`, `volumes_from`, or by sharing a namespace, such as
// `network_mode: service:db`.
//
// # Why it matters
//
// None of the services can start first, so Compose refuses the file.
//
// # How to fix it
//
// Remove one of the references. Services on the same network find each other by name
// without `depends_on` or `links`.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which service can start first.
//
// # Exceptions
//
// It does not report references to services that do not exist.
var ComposeDependencyCycle = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dependency-cycle",
		Title:    "Services form a dependency cycle",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:cycle"),
	},
	Check: checkComposeDependencyCycle,
}

func checkComposeDependencyCycle(p *facts.Pass[*facts.Compose]) {
	for _, cycle := range p.Doc.Cycles() {
		way := []string{cycle[0].From.Name}
		f := lint.Finding{Span: cycle[0].Span}
		for i, e := range cycle {
			way = append(way, e.To)
			if i > 0 {
				f.Related = append(
					f.Related,
					lint.Related{Span: e.Span, Message: fmt.Sprintf("here %q depends on %q", shortText(e.From.Name), shortText(e.To))},
				)
			}
		}
		f.Message = fmt.Sprintf("%q depend on each other in a circle, so Compose refuses the file; remove one of the references", shortText(strings.Join(way, " > ")))
		if len(cycle) == 1 {
			f.Message = fmt.Sprintf("%q depends on itself, so Compose refuses the file; remove the reference", shortText(cycle[0].To))
		}
		p.Report(f)
	}
}
