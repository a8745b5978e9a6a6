package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvLinkModeUnset reports `uv sync` with a mounted cache and without `UV_LINK_MODE` or
// `--link-mode`.
//
// # Why it matters
//
// uv tries to create hard links from its cache. A cache mount is another file system, so
// this fails: uv copies the files and prints a warning.
//
// The rule is off by default, because the installation works anyway.
//
// # How to fix it
//
// Tell uv to copy:
//
//	ENV UV_LINK_MODE=copy
//
// # Exceptions
//
// It does not report:
//
//   - further calls of uv sync in the same stage
var UvLinkModeUnset = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-link-mode-unset",
		Title:    "uv cannot link files from a mounted cache",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkUvLinkModeUnset,
}

func checkUvLinkModeUnset(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if !mountsPath(c.Instruction, "uv") || envAt(p.Doc, c.Command, "UV_LINK_MODE") || c.HasFlag("--link-mode") {
			return
		}
		said.Add(
			s,
			lint.Finding{
				Fixes: setForUv(c.Command, "UV_LINK_MODE", "copy"),
				Span:  c.Span,
				Message: fmt.Sprintf(
					"%s cannot create links from the mounted cache and prints a warning; set UV_LINK_MODE=copy",
					quoteShort(firstLine(p.Doc.Text(c.Span))),
				),
			},
		)
	})
	said.Report(p.Report)
}
