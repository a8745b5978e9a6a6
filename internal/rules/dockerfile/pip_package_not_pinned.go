package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipPackageNotPinned finds pip install of packages without a version: the
// index gives the newest, which nobody has tried.
//
// Silent for requirement and constraint files, for files, folders and addresses
// with a reference, for any constraint, for pip, setuptools and wheel
// themselves, for packages that have come to their end, as crcmod, and in stages
// named dev, test and the like that the final one does not use.
var PipPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-package-not-pinned",
		Title:    "Python packages have no version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3013", Severity: lint.Warning}},
			lint.Names("DF051", "kics:unpinned_package_version_in_pip_install")...,
		),
	},
	Check: checkPipPackageNotPinned,
}

func checkPipPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"pip", "pipx"},
		actions:  []string{"install"},
		pinned:   pipPinned,
		tools:    needsNoPipVersion,
		idle:     isUnusedDevelopment,
		exempt:   pipReads,
		example:  func(name string) string { return name + "==<version>" },
	}.report(p)
}

// needsNoPipVersion tells whether a package is one of pip's own, or has had no
// release for ten years.
func needsNoPipVersion(word string) bool { return isPipTool(word) || word == "crcmod" }

// isPipTool tells whether a package is what pip itself is made of.
func isPipTool(word string) bool {
	name, _, _ := strings.Cut(word, "[")
	return name == "pip" || name == "setuptools" || name == "wheel"
}

func pipPinned(word string) bool {
	if strings.HasPrefix(word, "git+") || strings.HasPrefix(word, "hg+") {
		_, rest, _ := strings.Cut(word, "://")
		rest, _, _ = strings.Cut(rest, "#")
		_, path, _ := strings.Cut(rest, "/")
		return strings.Contains(path, "@")
	}
	return strings.ContainsAny(word, "=<>~@") || isPath(word) || strings.Contains(word, "/") ||
		strings.HasSuffix(word, ".whl") || strings.HasSuffix(word, ".tar.gz") || strings.HasSuffix(word, ".zip")
}

// pipReads tells whether the versions stand in a file, or nothing is fetched.
func pipReads(c facts.PackageCommand) bool {
	return c.HasFlag("-r", "--requirement", "-c", "--constraint", "--no-index", "--help")
}
