package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DnfWithoutAssumeYes finds dnf, microdnf or tdnf install without -y.
//
// It asks whether to go on, and in a build nobody answers.
//
// Silent where dnf's configuration answers.
var DnfWithoutAssumeYes = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-without-assume-yes",
		Title:    "dnf stops to ask",
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
		managers = append(managers, "microdnf") // which never asks
	}
	prompts{
		managers: managers,
		actions:  []string{"install", "in", "groupinstall", "localinstall", "reinstall", "update", "upgrade"},
		yes:      []string{"-y", "--assumeyes"},
		flag:     "-y",
		answered: answersRPM,
	}.report(p)
}

// answersRPM tells whether the configuration of dnf or yum answers.
func answersRPM(d *facts.Dockerfile, c facts.PackageCommand) bool {
	return pipesYes(c) || facts.Once(d, "dnf is configured", nil, func() bool {
		return slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool {
			return in.Keyword == "run" && strings.Contains(strings.ReplaceAll(in.Body, " ", ""), "assumeyes=")
		})
	})
}
