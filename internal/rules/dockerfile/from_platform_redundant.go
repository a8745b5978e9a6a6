package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromPlatformRedundant finds FROM with --platform=$TARGETPLATFORM, which is
// the default.
//
// The flag says nothing, and readers look for the reason.
//
// The fix is not safe where a file around passes TARGETPLATFORM as a build argument,
// which the flag takes and the default does not.
//
// Silent for any other value.
var FromPlatformRedundant = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-platform-redundant",
		Title:    "The flag --platform=$TARGETPLATFORM is the default",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3065", Severity: lint.Info}},
			lint.Names("RedundantTargetPlatform")...,
		),
	},
	Check: checkFromPlatformRedundant,
}

func checkFromPlatformRedundant(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		platform, ok := s.From.Flag("platform")
		if !ok || s.From.Err != nil || platform.Value != "$TARGETPLATFORM" && platform.Value != "${TARGETPLATFORM}" {
			continue
		}
		fix := lint.Fix{
			Title: "remove the flag", Applicability: lint.Safe, MaxEffect: lint.EffectNone,
			Edits: []lint.FileEdit{lint.Delete(withBlanks(p.Doc, platform.Span))},
		}
		if p.Project.MayBePassed(p.Doc, "TARGETPLATFORM") {
			fix.Applicability = lint.Unsafe // the flag is more than the default then
		}
		p.Report(lint.Finding{
			Span:    platform.Span,
			Message: fmt.Sprintf("%q is the default; remove it", p.Doc.Text(platform.Span)),
			Fixes:   []lint.Fix{fix},
		})
	}
}
