package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LimitReached says that a limit kept a file, or some of its findings, from
// being shown.
//
// Files of more than 4 MiB are not linted, and of one file at most 1000 findings
// are shown, the worst ones. Nobody writes such files by hand: leave the file out
// with exclude, or mend what is shown first.
//
// Silent below the limits.
var LimitReached = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "limit-reached",
		Title:    "A limit on size or number of findings was reached",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
}
