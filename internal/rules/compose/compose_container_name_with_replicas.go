package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeContainerNameWithReplicas finds a fixed container name at a service of
// several containers. Compose refuses the file, since no two containers may have
// one name: delete the name, or the number.
//
// Silent for one container or none, and for numbers with variables.
var ComposeContainerNameWithReplicas = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-container-name-with-replicas",
		Title:    "Several containers would have one name",
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
			Message: fmt.Sprintf("%d containers cannot all be named %q, and Compose refuses the file; delete the name", n, shortText(s.Value("container_name").Raw)),
		}
		if s.Owns(name) {
			edits, ok := p.Doc.File.Delete(name)
			f.Fixes = yamlFix("delete container_name", lint.Unsafe, edits, ok, "services.*.container_name")
		}
		p.Report(f)
	}
}
