package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateEntrypoint finds a ENTRYPOINT that a later one of the same stage
// overrules.
//
// Docker keeps the last one and says nothing of the others. One of them is a
// left-over, or was meant for another stage.
//
// Silent for one ENTRYPOINT in each stage, and for ONBUILD.
var DuplicateEntrypoint = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-entrypoint",
		Title:    "Of several ENTRYPOINT in a stage only the last one counts",
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
