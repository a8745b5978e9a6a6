package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CargoPackageNotPinned finds cargo install of programs without a version: crates.io
// gives the newest, which nobody has tried, and which may ask for a newer Rust.
//
// Name the version, as in ripgrep@14.1.1, and add --locked, so that the versions of its
// dependencies are those that its authors tried.
//
// Silent where --version, --rev, --tag or --path says what is built, and in stages named
// dev, test and the like that the final one does not use.
var CargoPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "cargo-package-not-pinned",
		Title:    "A Rust program has no version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkCargoPackageNotPinned,
}

func checkCargoPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"cargo"},
		actions:  []string{"install", "binstall"},
		pinned:   func(word string) bool { return strings.Contains(word, "@") || isPath(word) },
		idle:     isUnusedDevelopment,
		exempt: func(c facts.PackageCommand) bool {
			return c.HasFlag("--version", "--vers", "--path", "--rev", "--tag", "--list", "--help")
		},
		adjust: func(_ *facts.Dockerfile, c facts.PackageCommand, f *lint.Finding) {
			if c.HasFlag("--git") {
				f.Message = fmt.Sprintf("%s builds what its branch is that day; name the commit with --rev", quoteShort(c.Packages[0].Text))
			}
		},
		example: func(name string) string { return name + "@<version>" },
	}.report(p)
}
