package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeContainerNameInvalid reports values of `container_name` that are not a valid
// name. A name has at least two characters. The first one is a letter or a digit; the
// others are letters, digits, underscores, dots or dashes.
//
// # Why it matters
//
// Docker refuses the name, so the container is not created.
//
// # How to fix it
//
// Write a valid name, or remove `container_name`: Compose then makes a name from the
// project and the service.
//
//	container_name: my-shop
//
// # Exceptions
//
// It does not report names that contain a variable.
var ComposeContainerNameInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-container-name-invalid",
		Title:    "Container name is not valid",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("dclint:service-container-name-regex"),
	},
	Check: checkComposeContainerNameInvalid,
}

func checkComposeContainerNameInvalid(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		name := s.Value("container_name")
		if !name.Exists() || name.Template.HasVariables() || isContainerName(name.Text) {
			continue
		}
		f := lint.Finding{
			Span:    name.Span,
			Message: fmt.Sprintf("%q is not a valid container name, so Docker refuses it; use at least two letters, digits, \"_\", \".\" or \"-\", and begin with a letter or digit", shortText(name.Text)),
		}
		if better := containerNameFor(name.Text); isContainerName(better) {
			edits, ok := p.Doc.File.Replace(name.Node, better)
			f.Fixes = yamlFix("rename it to "+better, lint.Unsafe, edits, ok, "services.*.container_name")
		}
		p.Report(f)
	}
}

func isContainerName(name string) bool {
	return len(name) > 1 && containerNameFor(name) == name
}

// containerNameFor replaces each character that a name cannot have with a dash.
func containerNameFor(name string) string {
	name = strings.Map(func(r rune) rune {
		if (r|0x20 >= 'a' && r|0x20 <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		if r == '_' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, name)
	return strings.TrimLeft(name, "_.-")
}
