package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperWithoutAssumeYes reports `zypper install`, `remove`, `source-install` and `patch`
// without an option that answers questions.
//
// # Why it matters
//
// zypper asks for confirmation before it installs or removes packages. A build has no
// terminal to answer, so zypper stops and the build fails.
//
// # How to fix it
//
// Add the option before the command:
//
//	RUN zypper --non-interactive install httpd
//
// # Exceptions
//
// It does not report:
//
//   - `-n`, `--non-interactive`, `-y` and `--no-confirm`
var ZypperWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-without-assume-yes",
		Title:    "zypper asks for confirmation, which a build cannot give",
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
