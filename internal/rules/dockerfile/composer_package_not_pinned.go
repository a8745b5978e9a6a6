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

// composerCall reads "composer global require x" as require, and leaves out a call whose
// version is a word of its own: "composer require vendor/package 1.2".
func composerCall(c facts.PackageCommand) (facts.PackageCommand, bool) {
	if c.Action == "global" && len(c.Packages) > 0 {
		c.Action, c.Packages = c.Packages[0].Text, c.Packages[1:]
	}
	for _, a := range c.Packages {
		if word := strings.TrimLeft(a.Text, "^~><=v"); !a.Literal || word != "" && word[0] >= '0' && word[0] <= '9' {
			return c, false
		}
	}
	if c.Action == "create-project" && len(c.Packages) > 1 {
		c.Packages = c.Packages[:1] // what follows is the folder
	}
	return c, true
}
