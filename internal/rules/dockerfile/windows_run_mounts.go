package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WindowsRunMounts reports `RUN --mount` in stages on a Windows image.
//
// # Why it matters
//
// Docker's builder for Windows containers does not support mounts, so the build fails. It
// is a warning, because BuildKit's experimental builder for Windows supports some mounts.
//
// # How to fix it
//
// Copy the files that the step needs instead of mounting them:
//
//	COPY packages C:/packages
//
// # Fix safety
//
// There is no automatic fix: the step must be written without the mount.
//
// # Exceptions
//
// It does not report:
//
//   - Linux stages of the same file
//   - base images whose system is not known
var WindowsRunMounts = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-run-mounts",
		Title:    "Windows builds do not support RUN --mount",
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
			Message: fmt.Sprintf("the Docker builder for Windows does not support %s, so the build fails; copy the files instead", quoteShort(p.Doc.Text(mount.Span))),
		})
	})
}
