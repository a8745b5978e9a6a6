package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvSyncNotLocked finds uv sync without --locked or --frozen: where uv.lock
// does not fit pyproject.toml uv resolves anew, and the image has versions that
// nobody has tried.
//
// Silent where UV_LOCKED or UV_FROZEN is set.
var UvSyncNotLocked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-not-locked",
		Title:    "uv sync may change the lock",
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
		if c.HasFlag("--locked", "--frozen", "--script") || hasVariableFlag(c) || envAt(p.Doc, c.Command, "UV_LOCKED") || envAt(p.Doc, c.Command, "UV_FROZEN") {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s resolves anew where uv.lock does not fit; add --locked, which fails instead", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   insertAfterAction(c, "--locked"),
		})
	})
}
