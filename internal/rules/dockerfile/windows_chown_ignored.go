package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WindowsChownIgnored reports `COPY` and `ADD` with `--chown` in stages on a Windows
// image.
//
// # Why it matters
//
// Docker supports the flag only for Linux containers. The files on Windows keep their
// default permissions, although the file suggests otherwise.
//
// # How to fix it
//
// Remove the flag, and set permissions with icacls:
//
//	RUN icacls C:\app /grant "Users:(OI)(CI)RX"
//
// # Exceptions
//
// It does not report:
//
//   - Linux stages of the same file
//   - base images whose system is not known
var WindowsChownIgnored = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-chown-ignored",
		Title:    "Owner of a COPY has no effect on Windows",
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
				Message: fmt.Sprintf("%s has no effect on Windows; remove it, and set permissions with icacls", quoteShort(p.Doc.Text(chown.Span))),
				Fixes: []lint.Fix{{
					Title: "remove the flag", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Delete(withBlanks(p.Doc, chown.Span))},
				}},
			})
		})
	}
}
