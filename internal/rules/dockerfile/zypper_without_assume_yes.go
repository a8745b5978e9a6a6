package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperWithoutAssumeYes finds zypper calls that ask before they install or
// remove.
//
// In a build nobody answers.
var ZypperWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-without-assume-yes",
		Title:    "zypper stops to ask",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3034", Severity: lint.Warning}},
			lint.Names("DF043", "kics:missing_zypper_non_interactive_switch")...,
		),
	},
	Check: checkZypperWithoutAssumeYes,
}

func checkZypperWithoutAssumeYes(p *facts.Pass[*facts.Dockerfile]) {
	prompts{
		managers: []string{"zypper"},
		actions:  []string{"install", "in", "remove", "rm", "source-install", "si", "patch"},
		yes:      []string{"-n", "--non-interactive", "-y", "--no-confirm"},
		flag:     "--non-interactive",
		before:   true,
	}.report(p)
}
