package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDuplicateContainerName reports services with the same `container_name`. The
// severity is info for services whose profiles exclude each other, because they
// conflict only when both profiles are active.
//
// # Why it matters
//
// Docker refuses to create a second container with the same name, so one of the
// services does not start.
//
// # How to fix it
//
// Give each service its own name, or remove `container_name`.
//
// # Fix safety
//
// There is no automatic fix: other programs find the container by its name, and only the author
// knows which one they mean.
//
// # Exceptions
//
// It does not report names that contain a variable.
var ComposeDuplicateContainerName = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-container-name",
		Title:    "Two services have the same container name",
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
			Message: fmt.Sprintf("service %q already uses the container name %q, so only one of them can start; give each service its own name", shortText(other.Name), shortText(name.Text)),
			Related: []lint.Related{{Span: other.Value("container_name").Span, Message: "the same name is used here"}},
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
