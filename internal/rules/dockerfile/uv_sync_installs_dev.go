package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvSyncInstallsDev finds uv sync without --no-dev in stages that reach the
// image: linters and test tools go along.
//
// Silent where UV_NO_DEV is set, with another choice of groups, and in stages
// named dev, test and the like.
var UvSyncInstallsDev = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-installs-dev",
		Title:    "uv sync installs the development dependencies",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvSyncInstallsDev,
}

func checkUvSyncInstallsDev(p *facts.Pass[*facts.Dockerfile]) {
	uvSyncs(p.Doc, func(_ *facts.Stage, c facts.PackageCommand) {
		if c.HasFlag("--no-dev", "--no-default-groups", "--only-group", "--dev", "--all-groups", "--no-group", "--only-dev", "--script") || hasVariableFlag(c) ||
			envAt(p.Doc, c.Command, "UV_NO_DEV") || envAt(p.Doc, c.Command, "UV_NO_DEFAULT_GROUPS") {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s also installs the group dev, linters and test tools; add --no-dev", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   insertAfterAction(c, "--no-dev"),
		})
	})
}
