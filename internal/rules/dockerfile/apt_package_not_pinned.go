package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AptPackageNotPinned reports `apt-get install` with packages that are not pinned to a version.
//
// # Why it matters
//
// The build installs the version that is current on that day, so two builds of the same
// file can give different images, and a new version can break the build or the program.
//
// The rule is off by default: Debian and Ubuntu remove old versions from their archives,
// so a pinned package can soon fail to install.
//
// # How to fix it
//
// Add a version:
//
//	RUN apt-get update && apt-get install -y curl=<version>
//
// If the archive does not keep old versions, install from a snapshot of it. A digest of
// the base image does not fix the versions that this command installs.
//
// # Exceptions
//
// It does not report:
//
//   - packages with a release, such as `curl/trixie-backports`
//   - files, such as `./app.deb`
//   - variables whose value is unknown
var AptPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-package-not-pinned",
		Title:    "apt-get install installs packages without a version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3008", Severity: lint.Warning}},
			lint.Names("DF005", "kics:apt_get_install_pin_version_not_defined", "kics:pin_versions_apt_get_install")...,
		),
	},
	Check: checkAptPackageNotPinned,
}

func checkAptPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"apt-get", "apt"},
		values:   []string{"-t", "--target-release"},
		actions:  []string{"install"},
		pinned:   aptPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// aptPinned reports whether a word names a version, a release or a file.
func aptPinned(word string) bool {
	return strings.ContainsAny(word, "=/") || isPath(word) || strings.HasSuffix(word, ".deb")
}
