package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WindowsChownIgnored finds COPY and ADD with --chown in stages on a Windows
// image, where the flag has no effect (Dockerfile reference, COPY --chown). Set
// rights with icacls.
//
// Silent for Linux stages of the same file and for unknown bases.
var WindowsChownIgnored = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-chown-ignored",
		Title:    "Windows ignores the owner of a COPY",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/windows/no-chown-flag"),
	},
	Check: checkWindowsChownIgnored,
}

func checkWindowsChownIgnored(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			chown, ok := flagOf(in, "chown")
			if s := p.Doc.StageOf(in); !ok || s == nil || !s.Base().IsWindows() {
				return
			}
			p.Report(lint.Finding{
				Span:    chown.Span,
				Message: fmt.Sprintf("%s has no effect on Windows; remove it, and set rights with icacls", quoteShort(p.Doc.Text(chown.Span))),
				Fixes: []lint.Fix{{
					Title: "remove the flag", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Delete(withBlanks(p.Doc, chown.Span))},
				}},
			})
		})
	}
}
