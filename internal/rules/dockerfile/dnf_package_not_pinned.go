package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DnfPackageNotPinned reports `dnf`, `microdnf` and `tdnf` `install` with packages that
// have no version.
//
// # Why it matters
//
// The build installs the version that is current on that day, so two builds of the same
// file can give different images, and a new version can break the build or the program.
//
// The rule is off by default: the distributions remove old versions from their
// repositories, so a pinned package can soon fail to install.
//
// # How to fix it
//
// Add the version:
//
//	RUN dnf install -y nodejs-<version>
//
// If the repositories do not keep old versions, install from a snapshot of them. A
// digest of the base image does not fix the versions that this command installs.
//
// # Exceptions
//
// It does not report:
//
//   - files and URLs of packages, and groups (`@name`)
//   - `dnf module` commands other than `install`
//   - variables whose value is unknown
var DnfPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-package-not-pinned",
		Title:    "dnf install installs packages without a version",
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
		values:   []string{},
		actions:  []string{"install", "in", "localinstall", "module", "reinstall"},
		pinned:   rpmPinned,
		exempt:   installsGroup,
		example:  func(name string) string { return name + "-<version>" },
	}.report(p)
}
