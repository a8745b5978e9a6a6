package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposePlatformConstant reports services with a constant `platform`.
//
// # Why it matters
//
// On a machine with another platform, such as a Mac with an Apple processor, the
// container runs in an emulator and is much slower. Where there is no emulator, it does
// not start ("exec format error").
//
// The rule is off by default, because some images exist for one platform only, which
// the file does not show.
//
// # How to fix it
//
// Remove the line if the image exists for other platforms, or let a variable decide:
//
//	platform: ${PLATFORM:-linux/amd64}
//
// # Exceptions
//
// It does not report values that contain a variable.
var ComposePlatformConstant = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-platform-constant",
		Title:    "Service is bound to one platform",
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
			Message: fmt.Sprintf("%q is emulated on machines with another platform, which is slow; remove the line if the image exists for other platforms", shortText(v.Raw)),
			Fixes:   deleteKey(s, "platform", "remove the line"),
		})
	}
}
