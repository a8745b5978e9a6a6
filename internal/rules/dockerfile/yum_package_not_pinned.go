package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YumPackageNotPinned finds yum install of packages without a version.
//
// Off by default: the distributions take old versions out of their archives, so
// a pinned package fails to build soon. Pin the base image by digest instead,
// or use a snapshot of the archive.
var YumPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yum-package-not-pinned",
		Title:    "Packages of yum have no version",
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
		actions:  []string{"install", "localinstall", "module"},
		pinned:   rpmPinned,
		exempt:   installsGroup,
		example:  func(name string) string { return name + "-<version>" },
	}.report(p)
}
