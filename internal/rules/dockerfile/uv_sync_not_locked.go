package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvSyncNotLocked reports `uv sync` without `--locked` or `--frozen`.
//
// # Why it matters
//
// If `uv.lock` does not match `pyproject.toml`, uv resolves the versions again during the
// build. The image then contains versions that were not tested.
//
// # How to fix it
//
// Let the build fail if the lock file is out of date:
//
//	RUN uv sync --locked
//
// # Exceptions
//
// It does not report:
//
//   - stages that set `UV_LOCKED` or `UV_FROZEN`
//   - `--script`, and variables that can contain options
var UvSyncNotLocked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-not-locked",
		Title:    "uv sync can install other versions than the lock file has",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvSyncNotLocked,
}

func checkUvSyncNotLocked(p *facts.Pass[*facts.Dockerfile]) {
	uvSyncs(p.Doc, func(_ *facts.Stage, c facts.PackageCommand) {
		if c.HasFlag("--locked", "--frozen", "--script") || hasVariableFlag(c) || envAt(p.Doc, c.Command, "UV_LOCKED") ||
			envAt(p.Doc, c.Command, "UV_FROZEN") {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s resolves new versions if uv.lock does not match pyproject.toml; add --locked, so that the build fails instead", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   insertAfterAction(c, "--locked"),
		})
	})
}
