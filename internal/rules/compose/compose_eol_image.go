package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// ComposeEolImage finds images of a database, a language, a program or a
// distribution whose support has ended: vulnerabilities that are found in it are no
// longer fixed.
//
// The release is read from the version or the code name in the tag, the distribution
// from its suffix, as in eol-base-image, with the same dates. What the .env beside the file
// sets counts in place of a variable's default. A database needs a plan: read its notes on
// how to move the data before the tag changes.
//
// It is info where support ends within 90 days, and where it ended within a year and
// the product replaces its releases every year. It is info, and excused, where a
// comment next to it gives the reason, in files that are for development or trials
// by their name, in one that is the variant for that release by its path or lies in a
// folder of a version beside which is a newer one, and for images that play a service for
// those who develop.
//
// With --online, images whose tag has no version are judged by the version that
// their configuration tells.
//
// Silent where no end is announced, for images that the repository builds, for images that
// compose-deprecated-image reports, for a build argument that the Dockerfile has as its
// default, where eol-base-image says it, and offline for tags without a version.
//
// There is no fix: another release of a database reads the data of the last one only
// after a migration, and nothing in the file says whether that was done.
var ComposeEolImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-eol-image",
		Title:    "An image no longer gets security fixes",
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

// platformOf is the platform that a site asks for, empty where it asks for none or
// for several.
func platformOf(x facts.ImageSite) string {
	if len(x.Platforms) != 1 {
		return ""
	}
	return x.Platforms[0]
}
