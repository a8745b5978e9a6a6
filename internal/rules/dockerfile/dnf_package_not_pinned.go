package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DnfPackageNotPinned finds dnf or microdnf install of packages without a
// version.
//
// Off by default: the distributions take old versions out of their archives, so
// a pinned package fails to build soon. Pin the base image by digest instead,
// or use a snapshot of the archive.
var DnfPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-package-not-pinned",
		Title:    "Packages of dnf have no version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3041", Severity: lint.Warning}},
			lint.Names("kics:missing_version_specification_in_dnf_install")...,
		),
	},
	Check: checkDnfPackageNotPinned,
}

func checkDnfPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"dnf", "microdnf", "tdnf", "dnf5"},
		actions:  []string{"install", "in", "localinstall", "module", "reinstall"},
		pinned:   rpmPinned,
		exempt:   installsGroup,
		example:  func(name string) string { return name + "-<version>" },
	}.report(p)
}

// installsGroup tells whether the call is about a module and does not install it.
func installsGroup(c facts.PackageCommand) bool {
	return c.Action == "module" && (len(c.Packages) == 0 || c.Packages[0].Text != "install")
}
