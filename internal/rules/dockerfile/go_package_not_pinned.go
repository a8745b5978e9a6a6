package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// GoPackageNotPinned finds go install, go get or go run of a module without a
// version, or at latest.
//
// The newest version may not build with the image's Go, and nobody has read it.
//
// Silent for packages of the module itself.
var GoPackageNotPinned = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "go-package-not-pinned",
		Title:    "A Go program has no version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3062", Severity: lint.Warning}},
			lint.Names("DF054")...,
		),
	},
	Check: checkGoPackageNotPinned,
}

func checkGoPackageNotPinned(p *lint.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"go"},
		actions:  []string{"install", "get", "run"},
		pinned:   goPinned,
		exempt:   goLocal,
		example:  func(name string) string { return name + "@<version>" },
	}.report(p)
}

func goPinned(word string) bool {
	_, version, ok := strings.Cut(word, "@")
	return ok && version != "" && version != "latest" || isPath(word) || !strings.ContainsAny(word, ".@") || strings.HasSuffix(word, ".go") || word == "all"
}

// goLocal tells whether only the first word is a package, which is pinned, or
// the package may be the sources' own: those are copied before.
func goLocal(c facts.PackageCommand) bool {
	if c.Action == "run" && len(c.Packages) > 0 && goPinned(c.Packages[0].Text) {
		return true
	}
	return len(c.Packages) > 0 && !strings.Contains(c.Packages[0].Text, "@") && goSourcesCopied(c)
}

// goSourcesCopied tells whether the file copies sources into GOPATH before the
// call, so that a package without a version may be one of them.
func goSourcesCopied(c facts.PackageCommand) bool {
	return strings.Contains(c.Instruction.Args, "go mod init") || strings.Contains(c.Instruction.Args, "git clone") || strings.Contains(c.Instruction.Args, "cd ")
}
