package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ApkPackageNotPinned reports `apk add` with packages that are not pinned to a version.
//
// # Why it matters
//
// The build installs the version that is current on that day, so two builds of the same
// file can give different images, and a new version can break the build or the program.
//
// The rule is off by default: Alpine removes old versions from its repositories, so a
// pinned package can soon fail to install.
//
// # How to fix it
//
// Add a version or a constraint:
//
//	RUN apk add --no-cache "curl=<version>"
//
// If the repositories do not keep old versions, install from a snapshot of them. A
// digest of the base image does not fix the versions that this command installs.
//
// # Exceptions
//
// It does not report:
//
//   - files, such as `./app.apk`
//   - variables whose value is unknown
var ApkPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apk-package-not-pinned",
		Title:    "apk add installs packages without a version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3018", Severity: lint.Warning}},
			lint.Names("DF052", "kics:unpinned_package_version_in_apk_add")...,
		),
	},
	Check: checkApkPackageNotPinned,
}

func checkApkPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"apk"},
		values:   []string{"-t", "--virtual", "-X", "--repository"},
		actions:  []string{"add"},
		pinned:   apkPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// apkPinned reports whether a word has a constraint or names a file.
func apkPinned(word string) bool {
	return strings.ContainsAny(word, "=<>~") || isPath(word) || strings.HasSuffix(word, ".apk")
}
