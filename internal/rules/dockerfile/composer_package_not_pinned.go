package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerPackageNotPinned reports `composer require` and `composer create-project` of
// packages without a version.
//
// # Why it matters
//
// The build installs the newest version on Packagist that fits, so two builds of the
// same file can give different images, and a new version can break the program.
//
// # How to fix it
//
// Add the package to `composer.json` and commit `composer.lock`, or add the version:
//
//	RUN composer require vendor/package:1.2.3
//
// # Fix safety
//
// There is no automatic fix: the version that was tested is not in the file.
//
// # Exceptions
//
// It does not report:
//
//   - packages with any constraint
//   - platform packages (`php`, `ext-*`)
//   - `hirak/prestissimo`, which is no longer developed
//   - stages named for development or tests that the final stage does not use
var ComposerPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-package-not-pinned",
		Title:    "composer installs packages without a version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkComposerPackageNotPinned,
}

func checkComposerPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"composer"},
		actions:  []string{"require", "create-project"},
		read:     composerCall,
		pinned: func(word string) bool {
			return !strings.Contains(word, "/") || strings.ContainsAny(word, ":=") || isPath(word)
		},
		tools:   func(word string) bool { return word == "hirak/prestissimo" },
		idle:    isUnusedDevelopment,
		example: func(name string) string { return name + ":<version>" },
	}.report(p)
}

// composerCall reads "composer global require x" as require, and skips a call with a
// constraint as a word of its own: "composer require vendor/package 1.2", or "dev-master".
func composerCall(c facts.PackageCommand) (facts.PackageCommand, bool) {
	if c.Action == "global" && len(c.Packages) > 0 {
		c.Action, c.Packages = c.Packages[0].Text, c.Packages[1:]
	}
	for i, a := range c.Packages {
		word := strings.TrimLeft(a.Text, "^~><=v")
		isNumber := word != "" && word[0] >= '0' && word[0] <= '9'
		if !a.Literal || isNumber {
			return c, false
		}
		if c.Action == "require" && i > 0 && isComposerConstraint(a.Text) {
			return c, false
		}
	}
	if c.Action == "create-project" && len(c.Packages) > 2 {
		return c, false // the third word is the version
	}
	if c.Action == "create-project" && len(c.Packages) > 1 {
		c.Packages = c.Packages[:1] // what follows is the folder
	}
	return c, true
}

// isComposerConstraint reports whether a word after a package is its version: anything but
// another package, one of the platform included.
func isComposerConstraint(word string) bool {
	return !strings.Contains(word, "/") && !strings.HasPrefix(word, "ext-") && !strings.HasPrefix(word, "lib-") && word != "php"
}
