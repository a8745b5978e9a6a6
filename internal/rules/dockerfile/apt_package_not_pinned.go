package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AptPackageNotPinned finds apt-get install of packages without a version.
//
// Off by default: the distributions take old versions out of their archives, so
// a pinned package fails to build soon. Pin the base image by digest instead,
// or use a snapshot of the archive.
var AptPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-package-not-pinned",
		Title:    "Packages of apt have no version",
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
		actions:  []string{"install"},
		pinned:   aptPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// aptPinned tells whether a word names a version, a release or a file.
func aptPinned(word string) bool {
	return strings.ContainsAny(word, "=/") || isPath(word) || strings.HasSuffix(word, ".deb")
}
