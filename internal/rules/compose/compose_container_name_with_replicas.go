package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeContainerNameWithReplicas reports services with `container_name` that run two
// or more containers, by `scale` or `deploy.replicas`.
//
// # Why it matters
//
// Two containers cannot have the same name, so Compose refuses the file.
//
// # How to fix it
//
// Remove `container_name`, or run one container. Other services can reach the
// containers by the name of the service.
//
// # Exceptions
//
// It does not report numbers from a variable without a default.
var ComposeContainerNameWithReplicas = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-container-name-with-replicas",
		Title:    "Service with several replicas has a fixed container name",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:container-name-scale"),
	},
	Check: checkComposeContainerNameWithReplicas,
}

func checkComposeContainerNameWithReplicas(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		name := s.Entry("container_name")
		n, known := s.Replicas()
		if !isSet(name) || !known || n < 2 {
			continue
		}
		f := lint.Finding{
			Span:    name.Span,
			Message: fmt.Sprintf("%d containers cannot share the name %q, so Compose refuses the file; remove container_name", n, shortText(s.Value("container_name").Raw)),
		}
		if s.Owns(name) {
			edits, ok := p.Doc.File.Delete(name)
			f.Fixes = yamlFix("remove container_name", lint.Unsafe, edits, ok, "services.*.container_name")
		}
		p.Report(f)
	}
}
