package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// GemPackageNotPinned reports `gem install` of gems without a version.
//
// # Why it matters
//
// The build installs the newest version on rubygems.org, so two builds of the same file
// can give different images. A new version can require a newer Ruby than the image has,
// and then the build fails.
//
// # How to fix it
//
// Add the version, or use a `Gemfile.lock`:
//
//	RUN gem install bundler:<version>
//
// # Fix safety
//
// There is no automatic fix: only the person who tested the image knows the version that works.
//
// # Exceptions
//
// It does not report:
//
//   - `-v` or `--version`, and gems from a file
//   - `bundler` where a `Gemfile.lock` is copied, because Bundler switches to the
//     version in that file
//   - `sass`, which is no longer developed
//   - stages named for development or tests that the final stage does not use
var GemPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gem-package-not-pinned",
		Title:    "gem install installs gems without a version",
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
// is copied: bundler then switches to the version in that file.
func installsLockedBundler(d *facts.Dockerfile, c facts.PackageCommand) bool {
	return len(c.Packages) == 1 && c.Packages[0].Text == "bundler" && d.Mentions("Gemfile.lock")
}

func gemPinned(word string) bool {
	return strings.Contains(word, ":") || isPath(word) || strings.HasSuffix(word, ".gem")
}

// gemVersion reports whether a flag names the version. What follows a flag that is not
// known, or "--", goes to the build of the gem.
func gemVersion(c facts.PackageCommand) bool {
	return c.HasFlag("-v", "--version", "--use-system-libraries") ||
		(slices.ContainsFunc(c.Words, func(a facts.Argument) bool { return a.Text == "--" }) &&
			len(c.Packages) > 0 && gemPinned(c.Packages[0].Text))
}
