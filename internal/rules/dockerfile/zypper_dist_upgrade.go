package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperDistUpgrade reports `zypper dist-upgrade` and `zypper dup`.
//
// # Why it matters
//
// A distribution upgrade can change vendors, downgrade packages and move to another
// release. The image then no longer matches the release that `FROM` names.
//
// # How to fix it
//
// Name the release in `FROM`, and update its packages with `zypper update`:
//
//	FROM opensuse/leap:16.0
//
// # Exceptions
//
// It does not report:
//
//   - `zypper update` and `zypper patch`
var ZypperDistUpgrade = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-dist-upgrade",
		Title:    "zypper dist-upgrade replaces the release of the base image",
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
				Message: fmt.Sprintf("%s can move the image to another release than FROM names; name the release in FROM, and remove the upgrade", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			})
		}
	}, "zypper")
}
