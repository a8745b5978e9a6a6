package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposePlatformConstant finds a constant platform.
//
// The image runs emulated on every other machine. Delete the line.
//
// Off by default: some images exist for one platform only, and the file does not
// show it. Silent for variables.
var ComposePlatformConstant = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-platform-constant",
		Title:    "A service is bound to one platform",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposePlatformConstant,
}

func checkComposePlatformConstant(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		v := s.Value("platform")
		if !v.Exists() || v.Template.HasVariables() {
			continue
		}
		p.Report(lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("%q is emulated on every other machine; delete the line, if the image is there for others", shortText(v.Raw)),
			Fixes:   deleteKey(s, "platform", "delete the line"),
		})
	}
}
