package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DnfWithoutAssumeYes reports `dnf` and `tdnf` `install`, `groupinstall`, `reinstall`,
// `update` and `upgrade` without `-y`.
//
// # Why it matters
//
// dnf asks for confirmation before it changes packages. A build has no terminal to
// answer, so dnf stops and the build fails.
//
// # How to fix it
//
// Add `-y`.
//
// # Exceptions
//
// It does not report:
//
//   - a configuration that answers (`assumeyes`), and a `yes` that is piped in
//   - `microdnf`, which never asks
var DnfWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-without-assume-yes",
		Title:    "dnf asks for confirmation during the build",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3038", Severity: lint.Warning}},
			lint.Names("kics:missing_flag_from_dnf_install", "semgrep:missing-dnf-assume-yes-switch")...,
		),
	},
	Check: checkDnfWithoutAssumeYes,
}

func checkDnfWithoutAssumeYes(p *facts.Pass[*facts.Dockerfile]) {
	managers := []string{"dnf", "tdnf", "dnf5"}
	if p.Hadolint {
		managers = append(managers, "microdnf") // it never asks
	}
	prompts{
		managers: managers,
		actions:  []string{"install", "in", "groupinstall", "localinstall", "reinstall", "update", "upgrade"},
		yes:      []string{"-y", "--assumeyes"},
		flag:     "-y",
		answered: answersRPM,
	}.report(p)
}
