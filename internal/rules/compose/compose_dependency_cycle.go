package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDependencyCycle finds services that wait for each other in a circle, by
// depends_on, links, volumes_from, or by sharing a namespace. Compose refuses the
// file, since none of them could be the first to start.
//
// Take one of the references away. On a network all services find each other by
// name without any.
//
// Silent for references to services that do not exist.
//
// There is no fix: only the author knows which service can start first.
var ComposeDependencyCycle = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dependency-cycle",
		Title:    "Services wait for each other in a circle",
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
				f.Related = append(f.Related, lint.Related{Span: e.Span, Message: fmt.Sprintf("here %q waits for %q", shortText(e.From.Name), shortText(e.To))})
			}
		}
		f.Message = fmt.Sprintf("%q wait in a circle, and Compose refuses the file; take one of the references away", shortText(strings.Join(way, " > ")))
		if len(cycle) == 1 {
			f.Message = fmt.Sprintf("%q waits for itself, and Compose refuses the file; take the reference away", shortText(cycle[0].To))
		}
		p.Report(f)
	}
}
