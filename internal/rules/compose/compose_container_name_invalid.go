package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeContainerNameInvalid finds container names that Docker does not take: a
// name begins with a letter or digit, and goes on with at least one more letter,
// digit, underscore, dot or dash.
//
// Silent for names with variables.
var ComposeContainerNameInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-container-name-invalid",
		Title:    "A container name has characters that Docker refuses",
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
			Message: fmt.Sprintf("%q is no name for a container; use at least two of letters, digits, \"_\", \".\" and \"-\", the first a letter or digit", shortText(name.Text)),
		}
		if better := containerNameFor(name.Text); isContainerName(better) {
			edits, ok := p.Doc.File.Replace(name.Node, better)
			f.Fixes = yamlFix("write "+better, lint.Unsafe, edits, ok, "services.*.container_name")
		}
		p.Report(f)
	}
}

func isContainerName(name string) bool {
	return len(name) > 1 && containerNameFor(name) == name
}

// containerNameFor puts a dash for what a name may not have.
func containerNameFor(name string) string {
	name = strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, name)
	return strings.TrimLeft(name, "_.-")
}

func isAlphanumeric(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
}
