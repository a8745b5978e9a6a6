package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeVersionObsolete finds the key "version" at the top level.
//
// Compose has not read it since 2020, and says so in a warning at every call.
// Delete the line.
//
// Off by default: nothing but the warning depends on it, and older programs,
// "docker stack deploy" among them, still want it. Silent about files in the
// format before 2016 and about the extension "x-version".
var ComposeVersionObsolete = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-version-obsolete",
		Title:    "Compose reads the key \"version\" no more",
		Category: lint.Deprecated,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:no-version-field"),
	},
	Check: checkComposeVersionObsolete,
}

func checkComposeVersionObsolete(p *facts.Pass[*facts.Compose]) {
	pair := p.Doc.Section("version")
	if pair == nil || p.Doc.Section("services") == nil {
		return
	}
	edits, ok := p.Doc.File.Delete(pair)
	p.Report(lint.Finding{
		Span:    pair.Span,
		Message: "\"version\" does nothing but make Compose warn at every call; delete the line",
		Fixes:   yamlFix("delete the line", lint.Safe, edits, ok),
	})
}
