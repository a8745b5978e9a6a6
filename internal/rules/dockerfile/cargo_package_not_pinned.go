package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CargoPackageNotPinned reports `cargo install` and `cargo binstall` of programs without
// a version.
//
// # Why it matters
//
// The build installs the newest release on crates.io, so two builds of the same file can
// give different programs. A new release can also require a newer Rust than the image
// has, and then the build fails.
//
// # How to fix it
//
// Add the version, and `--locked` to also use the dependency versions that the authors
// of the program tested:
//
//	RUN cargo install --locked ripgrep@14.1.1
//
// # Fix safety
//
// There is no automatic fix: the version that was tested is not in the file.
//
// # Exceptions
//
// It does not report:
//
//   - `--version`, `--rev`, `--tag` and `--path`, which state what is built
//   - stages named for development or tests that the final stage does not use
var CargoPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "cargo-package-not-pinned",
		Title:    "cargo install installs a program without a version",
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
				f.Message = fmt.Sprintf("%s is built from the latest commit of a branch, so a later build can differ; pin the commit with --rev", quoteShort(c.Packages[0].Text))
			}
		},
		example: func(name string) string { return name + "@<version>" },
	}.report(p)
}
