package dockerfile

import (
	"encoding/json"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerInstallsDev finds composer install without --no-dev in stages that
// reach the image: test tools and debuggers go along, and some of them have been
// the way into a server.
//
// Silent where COMPOSER_NO_DEV is set, where a later call leaves them out, where
// composer.json names none, under a condition, and in stages named dev, test and
// the like.
//
// In files for development or tests it is excused: an info, and off by default.
var ComposerInstallsDev = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-installs-dev",
		Title:    "composer installs the development packages",
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
		if s == nil || !s.ReachesFinal() || isDevelopment(s) || c.Action != "install" && c.Action != "update" {
			return
		}
		if c.HasFlag("--no-dev") || envAt(p.Doc, c.Command, "COMPOSER_NO_DEV") {
			found[s] = nil // what was installed before goes again
			return
		}
		if c.Action != "install" || hasVariableFlag(c) || c.HasFlag("--dev") || c.Conditional() || len(c.Packages) > 0 || requiresNoDev(p, c) {
			return
		}
		found[s] = append(found[s], c)
	}, "composer")
	for _, s := range p.Doc.Stages() {
		for _, c := range found[s] {
			p.Report(weighSize(p, lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s also installs the development packages; add --no-dev", quoteShort(firstLine(p.Doc.Text(c.Span)))),
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

// isArtisanServe tells whether an image starts Laravel's server for development.
func isArtisanServe(c startCommand) bool {
	return c.program == "php" && len(c.words) > 1 && baseName(c.words[0].Text) == "artisan" && c.words[1].Text == "serve"
}
