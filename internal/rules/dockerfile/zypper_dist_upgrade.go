package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperDistUpgrade finds zypper dist-upgrade, which may change vendors and
// downgrade packages: what comes out is not the base image that FROM names.
//
// Move the base image to the release that is wanted instead.
var ZypperDistUpgrade = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-dist-upgrade",
		Title:    "zypper dist-upgrade moves to another release",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3035", Severity: lint.Warning}},
			lint.Names("DF044")...,
		),
	},
	Check: checkZypperDistUpgrade,
}

func checkZypperDistUpgrade(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if c.Action == "dist-upgrade" || c.Action == "dup" {
			p.Report(lint.Finding{
				Fixes:   leaveOutUpgrade(p.Doc, c.Command),
				Span:    c.Span,
				Message: fmt.Sprintf("%s turns the base image into another release; name the release in FROM, and remove this", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			})
		}
	}, "zypper")
}
