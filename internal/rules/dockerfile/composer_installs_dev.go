package dockerfile

import (
	"encoding/json"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerInstallsDev reports `composer install` without `--no-dev` in stages that the
// final image uses. In files for development or tests, whose images are not shipped,
// findings have severity info and the variant `excused`.
//
// # Why it matters
//
// The packages of `require-dev`, such as test tools and debuggers, become part of the
// image. They make it larger, and some of them have had vulnerabilities through which
// servers were attacked.
//
// # How to fix it
//
// Use `composer install --no-dev`.
//
// # Fix safety
//
// There is no fix in files for development or tests.
//
// # Exceptions
//
// It does not report:
//
//   - `COMPOSER_NO_DEV`, or a later call in the stage that has `--no-dev`
//   - a `composer.json` without `require-dev`
//   - calls that run only under a condition, that ask for `--dev`, or whose options are
//     in a variable
//   - stages named for development or tests, and images that start a development
//     server
var ComposerInstallsDev = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-installs-dev",
		Title:    "composer install also installs development packages",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("tally/php/composer-no-dev-in-production"),
		Needs:    lint.NeedsContext,
	},
	Check: checkComposerInstallsDev,
}

func checkComposerInstallsDev(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || !mentions(p.Doc, "composer") || isDevelopment(final) {
		return
	}
	if start, ok := startOf(p.Doc); ok && (developmentServer(start) != "" || isArtisanServe(start)) {
		return
	}
	found := map[*facts.Stage][]facts.PackageCommand{}
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || !s.ReachesFinal() || isDevelopment(s) {
			return
		}
		if c.Action != "install" && c.Action != "update" {
			return
		}
		if c.HasFlag("--no-dev") || envAt(p.Doc, c.Command, "COMPOSER_NO_DEV") {
			found[s] = nil // this call removes what was installed before
			return
		}
		if c.Action != "install" || hasVariableFlag(c) || c.HasFlag("--dev") || c.Conditional() {
			return
		}
		if len(c.Packages) > 0 || requiresNoDev(p, c) {
			return
		}
		found[s] = append(found[s], c)
	}, "composer")
	for _, s := range p.Doc.Stages() {
		for _, c := range found[s] {
			p.Report(weighDevPackages(p, lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s also installs development packages, which the program does not need at run time; add --no-dev", quoteShort(firstLine(p.Doc.Text(c.Span)))),
				Fixes:   insertAfterAction(c, "--no-dev"),
			}))
		}
	}
}

// requiresNoDev reports whether the composer.json that a command reads names no
// development packages.
func requiresNoDev(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) bool {
	src, ok := p.Project.FileAt(p.Doc.StageOf(c.Instruction), c.Instruction, "composer.json")
	if !ok {
		src, _ = p.Files.ReadFile("composer.json")
	}
	var m struct {
		RequireDev map[string]string `json:"require-dev"`
	}
	return json.Unmarshal(src, &m) == nil && len(m.RequireDev) == 0
}

// isArtisanServe reports whether an image starts Laravel's server for development.
func isArtisanServe(c startCommand) bool {
	return c.program == "php" && len(c.words) > 1 && baseName(c.words[0].Text) == "artisan" && c.words[1].Text == "serve"
}
