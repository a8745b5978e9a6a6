package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerPackageNotPinned finds composer require and composer create-project without a
// version: Packagist gives the newest that fits, which nobody has tried.
//
// Write the package into composer.json and commit composer.lock, or name the version, as
// in vendor/package:1.2.3.
//
// Silent for packages of the platform (php, ext-*), for any constraint, for packages
// that have come to their end, as hirak/prestissimo, and in stages named dev, test and the like that the final one does not use.
var ComposerPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-package-not-pinned",
		Title:    "PHP packages have no version",
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

// composerCall reads "composer global require x" as require, and leaves out a call with a
// constraint as a word of its own: "composer require vendor/package 1.2", or "dev-master".
func composerCall(c facts.PackageCommand) (facts.PackageCommand, bool) {
	if c.Action == "global" && len(c.Packages) > 0 {
		c.Action, c.Packages = c.Packages[0].Text, c.Packages[1:]
	}
	for i, a := range c.Packages {
		word := strings.TrimLeft(a.Text, "^~><=v")
		isNumber := word != "" && word[0] >= '0' && word[0] <= '9'
		if !a.Literal || isNumber || c.Action == "require" && i > 0 && isComposerConstraint(a.Text) {
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
