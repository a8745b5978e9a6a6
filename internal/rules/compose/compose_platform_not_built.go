package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePlatformNotBuilt reports services whose `platform` is not in
// `build.platforms`.
//
// # Why it matters
//
// The image of the service is not built for the platform on which it is meant to run,
// so Compose refuses the file.
//
// # How to fix it
//
// Add the platform to the build, or remove `platform`:
//
//	platform: linux/arm64
//	build:
//	  context: .
//	  platforms: [linux/amd64, linux/arm64]
//
// # Exceptions
//
// It does not report:
//
//   - services that set only one of the two keys
//   - values from a variable without a default
var ComposePlatformNotBuilt = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-platform-not-built",
		Title:    "Platform of the service is not in build.platforms",
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
		if !ok || !platform.Exists() || !platform.Known || platform.Text == "" {
			continue
		}
		if len(b.Platforms) == 0 {
			continue
		}
		if slices.ContainsFunc(b.Platforms, func(v compose.Value) bool { return !v.Known || v.Text == platform.Text }) {
			continue
		}
		list := b.Get("platforms")
		edits, ok := p.Doc.File.Append(list, platform.Text)
		p.Report(lint.Finding{
			Span:    platform.Span,
			Message: fmt.Sprintf("%q is not one of the build platforms, so Compose refuses the file; add it to build.platforms", shortText(platform.Text)),
			Related: []lint.Related{{Span: list.Pair().Key.Span, Message: "the platforms of the build"}},
			Fixes: yamlFix(
				"add it to build.platforms",
				lint.Unsafe,
				edits,
				ok && len(platform.Text) < 64 && isPlatform(platform.Text),
				"services.*.build.platforms",
			),
		})
	}
}

// isPlatform reports whether a text reads as a platform, "linux/arm64", and so
// needs no quotes.
func isPlatform(s string) bool {
	return s != "" && s[0] >= 'a' &&
		!slices.ContainsFunc([]byte(s), func(c byte) bool { return !isAlphanumeric(c) && c != '/' && c != '.' && c != '-' })
}
