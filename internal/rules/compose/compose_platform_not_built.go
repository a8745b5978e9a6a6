package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePlatformNotBuilt finds a service whose platform is not among the
// platforms that it is built for. Compose refuses the file.
//
// Silent where only one of the two is given, and for values with variables.
var ComposePlatformNotBuilt = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-platform-not-built",
		Title:    "The image is not built for the service's platform",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:platforms"),
	},
	Check: checkComposePlatformNotBuilt,
}

func checkComposePlatformNotBuilt(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		platform := s.Value("platform")
		b, ok := s.Build()
		if !ok || !platform.Exists() || !platform.Known || platform.Text == "" || len(b.Platforms) == 0 {
			continue
		}
		if slices.ContainsFunc(b.Platforms, func(v compose.Value) bool { return !v.Known || v.Text == platform.Text }) {
			continue
		}
		list := b.Get("platforms")
		edits, ok := p.Doc.File.Append(list, platform.Text)
		p.Report(lint.Finding{
			Span:    platform.Span,
			Message: fmt.Sprintf("%q is not among the build's platforms, and Compose refuses the file; add it there", shortText(platform.Text)),
			Related: []lint.Related{{Span: list.Pair().Key.Span, Message: "the build's platforms"}},
			Fixes:   yamlFix("add it to the platforms", lint.Unsafe, edits, ok && len(platform.Text) < 64 && isPlatform(platform.Text), "services.*.build.platforms"),
		})
	}
}

// isPlatform tells whether a text reads as a platform, "linux/arm64", and so
// needs no quotes.
func isPlatform(s string) bool {
	return s != "" && s[0] >= 'a' && !slices.ContainsFunc([]byte(s), func(c byte) bool { return !isAlphanumeric(c) && c != '/' && c != '.' && c != '-' })
}
