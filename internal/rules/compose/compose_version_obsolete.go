package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeVersionObsolete reports the key `version` at the top level.
//
// # Why it matters
//
// Compose has not read the key since 2020, and prints a warning at every call.
//
// The rule is off by default, because the key has no other effect, and older programs
// such as `docker stack deploy` still require it.
//
// # How to fix it
//
// Remove the line.
//
// # Exceptions
//
// It does not report files in the format before 2016, or the extension `x-version`.
var ComposeVersionObsolete = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-version-obsolete",
		Title:    "Compose no longer reads the key version",
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
		Message: "\"version\" has no effect, and Compose warns about it on every run; remove the line",
		Fixes:   yamlFix("remove the line", lint.Safe, edits, ok),
	})
}
