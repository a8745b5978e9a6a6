package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromPlatformRedundant reports `FROM` with `--platform=$TARGETPLATFORM`.
//
// # Why it matters
//
// The value is the default, so the flag has no effect. A reader looks for a reason that
// does not exist.
//
// # How to fix it
//
// Remove the flag.
var FromPlatformRedundant = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-platform-redundant",
		Title:    "--platform=$TARGETPLATFORM repeats the default",
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
		if !ok || s.From.Err != nil || (platform.Value != "$TARGETPLATFORM" && platform.Value != "${TARGETPLATFORM}") {
			continue
		}
		fix := lint.Fix{
			Title: "remove the flag", Applicability: lint.Safe, MaxEffect: lint.EffectNone,
			Edits: []lint.FileEdit{lint.Delete(withBlanks(p.Doc, platform.Span))},
		}
		// A value that is passed is not the default, and a program that looks for the word
		// may choose the platforms by it.
		if p.Project.MayBePassed(p.Doc, "TARGETPLATFORM") || p.Project.ReadAsText("FROM", "TARGETPLATFORM") {
			fix.Applicability = lint.Unsafe
		}
		p.Report(lint.Finding{
			Span:    platform.Span,
			Message: fmt.Sprintf("%q is the default, so it has no effect; remove it", p.Doc.Text(platform.Span)),
			Fixes:   []lint.Fix{fix},
		})
	}
}
