package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LimitReached says that a limit kept a file, a part of it, or some of its findings
// from being checked or shown.
//
// Everything that dockmend reads and does is bounded, so that no file can stop it: the
// size of a file, its instructions and stages, what variables expand to, the nesting
// of YAML, the number of findings. The page docs/limits.md of the repository lists all
// limits. They are far above what people write. Exclude the file with exclude in
// the configuration, split it up, or fix first what is shown.
//
// Silent below the limits.
//
// There is no fix: a bound is no fault of the file.
var LimitReached = facts.Rule[*facts.Dockerfile]{
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
