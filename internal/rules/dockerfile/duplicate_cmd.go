package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateCmd reports each `CMD` that a later one in the same stage overrides.
//
// # Why it matters
//
// Docker uses the last `CMD` and ignores the others without a message. One of them is
// left over, or was meant for another stage, so the container can start the wrong
// program.
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
var DuplicateCmd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-cmd",
		Title:    "Only the last CMD of a stage takes effect",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL4003", Severity: lint.Warning}},
			lint.Names("DF038", "DS016", "MultipleInstructionsDisallowed", "kics:multiple_cmd_instructions_listed")...,
		),
	},
	Check: checkDuplicateCmd,
}

func checkDuplicateCmd(p *facts.Pass[*facts.Dockerfile]) {
	reportOverruled(p, "cmd")
}
