package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateHealthcheck finds a HEALTHCHECK that a later one of the same stage
// overrules.
//
// Docker keeps the last one and says nothing of the others. One of them is a
// left-over, or was meant for another stage.
//
// Silent for one HEALTHCHECK in each stage, and for ONBUILD.
var DuplicateHealthcheck = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-healthcheck",
		Title:    "Of several HEALTHCHECK in a stage only the last one counts",
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
