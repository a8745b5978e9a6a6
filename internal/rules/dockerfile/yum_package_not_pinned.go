package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YumPackageNotPinned reports `yum install` with packages that are not pinned to a version.
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
//	RUN yum install -y tomcat-<version>
//
// If the repositories do not keep old versions, install from a snapshot of them. A
// digest of the base image does not fix the versions that this command installs.
//
// # Exceptions
//
// It does not report:
//
//   - files and URLs of packages, and groups (`@name`)
//   - `yum module` commands other than `install`
//   - variables whose value is unknown
var YumPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yum-package-not-pinned",
		Title:    "yum installs packages without a version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3033", Severity: lint.Warning}},
			lint.Names("kics:yum_install_without_version")...,
		),
	},
	Check: checkYumPackageNotPinned,
}

func checkYumPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"yum"},
		values:   []string{},
		actions:  []string{"install", "localinstall", "module"},
		pinned:   rpmPinned,
		exempt:   installsGroup,
		example:  func(name string) string { return name + "-<version>" },
	}.report(p)
}
