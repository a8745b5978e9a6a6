package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ApkPackageNotPinned finds apk add of packages without a version.
//
// Off by default: the distributions take old versions out of their archives, so
// a pinned package fails to build soon. Pin the base image by digest instead,
// or use a snapshot of the archive.
var ApkPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apk-package-not-pinned",
		Title:    "Packages of apk have no version",
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
		actions:  []string{"add"},
		pinned:   apkPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// apkPinned tells whether a word has a constraint or names a file.
func apkPinned(word string) bool {
	return strings.ContainsAny(word, "=<>~") || isPath(word) || strings.HasSuffix(word, ".apk")
}
