package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateHealthcheck reports each `HEALTHCHECK` that a later one in the same stage
// overrides.
//
// # Why it matters
//
// Docker uses only the last `HEALTHCHECK` of a stage. The other one is left over, or was
// meant for another stage, so Docker can run the wrong check.
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
//   - identical instructions
var DuplicateHealthcheck = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-healthcheck",
		Title:    "Only the last HEALTHCHECK of a stage takes effect",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3012", Severity: lint.Error}},
			lint.Names("DF041", "DS023", "MultipleInstructionsDisallowed")...,
		),
	},
	Check: checkDuplicateHealthcheck,
}

func checkDuplicateHealthcheck(p *facts.Pass[*facts.Dockerfile]) {
	reportOverruled(p, "healthcheck")
}
