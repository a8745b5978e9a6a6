package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperPackageNotPinned reports `zypper install` with packages that are not pinned to a version.
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
//	RUN zypper -n install tomcat=<version>
//
// If the repositories do not keep old versions, install from a snapshot of them. A
// digest of the base image does not fix the versions that this command installs.
//
// # Exceptions
//
// It does not report:
//
//   - packages with a constraint, such as `tomcat>=<version>`
//   - package files and URLs
//   - variables whose value is unknown
var ZypperPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-package-not-pinned",
		Title:    "zypper installs packages without a version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3037", Severity: lint.Warning}},
			lint.Names("kics:zypper_install_without_version")...,
		),
	},
	Check: checkZypperPackageNotPinned,
}

func checkZypperPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"zypper"},
		values:   []string{},
		actions:  []string{"install", "in"},
		pinned:   zypperPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// zypperPinned reports whether a word has a constraint or names a file.
func zypperPinned(word string) bool {
	return strings.ContainsAny(word, "=<>") || isPath(word) || strings.HasSuffix(word, ".rpm") || strings.Contains(word, "://")
}
