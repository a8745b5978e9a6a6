package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// GemPackageNotPinned finds gem install of gems without a version: rubygems.org
// gives the newest, which may not run any more.
//
// Silent for gems of a file, where -v names the version, and for gems that have
// come to their end, as sass.
//
// There is no fix: the version that was tested is known to whoever built the image,
// and to no index.
var GemPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gem-package-not-pinned",
		Title:    "Gems have no version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3028", Severity: lint.Warning}},
			lint.Names("DF053", "kics:gem_install_without_version", "kics:pin_versions_in_gem_install")...,
		),
	},
	Check: checkGemPackageNotPinned,
}

func checkGemPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"gem"},
		actions:  []string{"install", "i"},
		pinned:   gemPinned,
		tools:    func(word string) bool { return word == "sass" },
		idle: func(d *facts.Dockerfile, c facts.PackageCommand) bool {
			return isUnusedDevelopment(d, c) || installsLockedBundler(d, c)
		},
		exempt:  gemVersion,
		example: func(name string) string { return name + ":<version>" },
	}.report(p)
}

// installsLockedBundler reports whether a call installs bundler alone where a Gemfile.lock
// is copied: bundler then switches to the version that is written there.
func installsLockedBundler(d *facts.Dockerfile, c facts.PackageCommand) bool {
	return len(c.Packages) == 1 && c.Packages[0].Text == "bundler" && d.Mentions("Gemfile.lock")
}

func gemPinned(word string) bool {
	return strings.Contains(word, ":") || isPath(word) || strings.HasSuffix(word, ".gem")
}

// gemVersion tells whether a flag names the version. What stands behind a flag
// that is not known, or behind "--", goes to the gem's build.
func gemVersion(c facts.PackageCommand) bool {
	return c.HasFlag("-v", "--version", "--use-system-libraries") || slices.ContainsFunc(c.Words, func(a facts.Argument) bool { return a.Text == "--" }) &&
		len(c.Packages) > 0 && gemPinned(c.Packages[0].Text)
}
