package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDuplicateContainerName finds two services with one container name: the
// second one does not start.
//
// Services in profiles that exclude each other get info: the name is taken only
// when both profiles run.
//
// Silent for names with variables.
//
// There is no fix: other programs find the container by its name, and only the author
// knows which one they mean.
var ComposeDuplicateContainerName = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-container-name",
		Title:    "Two services have one container name",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("dclint:no-duplicate-container-names"),
	},
	Check: checkComposeDuplicateContainerName,
}

func checkComposeDuplicateContainerName(p *facts.Pass[*facts.Compose]) {
	first := map[string]*facts.ComposeService{}
	for _, s := range p.Doc.All() {
		name := s.Value("container_name")
		if !name.Exists() || name.Template.HasVariables() || name.Text == "" {
			continue
		}
		other := first[name.Text]
		if other == nil {
			first[name.Text] = s
			continue
		}
		f := lint.Finding{
			Span:    name.Span,
			Message: fmt.Sprintf("the service %q has the container name %q too, so one of them does not start; give each its own", shortText(other.Name), shortText(name.Text)),
			Related: []lint.Related{{Span: other.Value("container_name").Span, Message: "the name is taken here"}},
		}
		if name.Span == other.Value("container_name").Span {
			f.Span = s.Span() // both have it from one mapping
		}
		if !s.MayRunWith(other) {
			f.Severity = lint.Info
		}
		p.Report(f)
	}
}
