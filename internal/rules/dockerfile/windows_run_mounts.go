package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WindowsRunMounts finds RUN --mount in stages on a Windows image: the builder
// that Docker has for Windows containers does not know it, and the build fails.
//
// A warning, since BuildKit's own builder for Windows, still called experimental,
// takes some mounts.
//
// Silent for Linux stages of the same file and for unknown bases.
//
// There is no fix: the step has to be written without the mount.
var WindowsRunMounts = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-run-mounts",
		Title:    "Windows builds know no mounts",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/windows/no-run-mounts"),
	},
	Check: checkWindowsRunMounts,
}

func checkWindowsRunMounts(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		mount, ok := flagOf(in, "mount")
		if s := p.Doc.StageOf(in); !ok || s == nil || !s.Base().IsWindows() {
			return
		}
		p.Report(lint.Finding{
			Span:    mount.Span,
			Message: fmt.Sprintf("the builder for Windows images does not know %s; copy the files instead", quoteShort(p.Doc.Text(mount.Span))),
		})
	})
}
