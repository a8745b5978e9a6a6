package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LimitReached reports that a limit kept a file, a part of it, or some of its findings
// from being checked or shown.
//
// # Why it matters
//
// dockmend bounds everything that it reads and does, so that no file can stop it.
// Examples are the size of a file, the number of its instructions and findings, and the
// nesting of YAML. What is above the limit can have problems that you do not see.
//
// # How to fix it
//
// Split the file, fix the findings that are shown first, or exclude the file with
// `exclude` in the configuration. The page `docs/limits.md` lists all limits; they are
// far above what people write.
//
// # Fix safety
//
// There is no automatic fix: the limit is not a fault of the file.
var LimitReached = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "limit-reached",
		Title:    "File was not checked in full because of a limit",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
}
