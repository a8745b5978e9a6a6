package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// ComposeEolImage reports images of a database, a language, a program or a
// distribution that has reached end of life. It reads the release from the version or
// the code name in the tag, and the distribution from the suffix. The dates are those
// of the rule `eol-base-image`. A value in the `.env` file of the folder replaces the
// default of a variable. With `--online`, it reads the version of images without a
// version in the tag from their configuration.
//
// The severity is info where support ends within 90 days, and where it ended within
// the last year and the product replaces its releases every year.
//
// Findings have severity info and the variant `excused`:
//
//   - in files for development, tests, demonstrations or exercises
//   - in a file that is for that release, by its path, or in the folder of a version
//     next to that of a newer one
//   - where a comment next to the image gives the reason
//   - for images that replace a service during development
//
// # Why it matters
//
// Vulnerabilities that are found after the end of life are not fixed.
//
// # How to fix it
//
// Move to a supported release. Before you change the tag of a database, read how it
// migrates its data: a new major version often does not start with the data of the old
// one.
//
// # Fix safety
//
// There is no automatic fix: a newer release of a database can read the data only after a
// migration, and the file does not show whether that was done.
//
// # Exceptions
//
// It does not report:
//
//   - releases without an announced end
//   - images that the repository builds
//   - images that the rule `compose-deprecated-image` reports
//   - a build argument that is also the default in the Dockerfile, which the rule
//     `eol-base-image` reports
//   - tags without a version, unless `--online` is set
var ComposeEolImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-eol-image",
		Title:    "Image reached end of life and gets no security fixes",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-4.4"),
	},
	Check: checkComposeEolImage,
}

func checkComposeEolImage(p *facts.Pass[*facts.Compose]) {
	on := lifecycle.Day(p.Settings)
	for _, x := range p.Project.SetSites(p.Doc) {
		if x.Local || x.Repeats {
			continue
		}
		v, ok := lifecycle.Ended(x.Image, lifecycle.Told(p.Registry, x.Image, platformOf(x)), on)
		if !ok || p.Project.BuiltNear(p.Doc, x) != "" {
			continue
		}
		f := lint.Finding{Span: x.Image.Span, Severity: v.Severity, Dated: v.Dated, Message: shownSite(x) + " " + v.Message}
		p.Report(weighAs(p, f, facts.ClaimImageAge, x.Image.IsForDevelopment() || lifecycle.IsVariantOf(p.Doc.Name, v.Release)))
	}
}
