package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperPackageNotPinned finds zypper install of packages without a version.
//
// Off by default: the distributions take old versions out of their archives, so
// a pinned package fails to build soon. Pin the base image by digest instead,
// or use a snapshot of the archive.
var ZypperPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-package-not-pinned",
		Title:    "Packages of zypper have no version",
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
		actions:  []string{"install", "in"},
		pinned:   zypperPinned,
		example:  func(name string) string { return name + "=<version>" },
	}.report(p)
}

// zypperPinned tells whether a word has a constraint or names a file.
func zypperPinned(word string) bool {
	return strings.ContainsAny(word, "=<>") || isPath(word) || strings.HasSuffix(word, ".rpm") || strings.Contains(word, "://")
}
