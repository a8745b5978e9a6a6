package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateEntrypoint reports each `ENTRYPOINT` that a later one in the same stage
// overrides.
//
// # Why it matters
//
// Docker uses the last `ENTRYPOINT` and ignores the others without a message. One of
// them is left over, or was meant for another stage, so the container can start the
// wrong program.
//
// # How to fix it
//
// Remove the one that you do not need, or move it to its stage.
//
// # Exceptions
//
// It does not report:
//
//   - instructions in `ONBUILD`
//   - instructions with the same text
var DuplicateEntrypoint = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-entrypoint",
		Title:    "Only the last ENTRYPOINT of a stage takes effect",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL4004", Severity: lint.Error}},
			lint.Names("DF039", "DS007", "MultipleInstructionsDisallowed", "kics:multiple_entrypoint_instructions_listed", "semgrep:multiple-entrypoint-instructions")...,
		),
	},
	Check: checkDuplicateEntrypoint,
}

func checkDuplicateEntrypoint(p *facts.Pass[*facts.Dockerfile]) {
	reportOverruled(p, "entrypoint")
}
