package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// ComposeDeprecatedImage reports images whose repository or tag was moved, renamed,
// frozen or removed, or that their publisher no longer maintains. With `--online`, it
// also reports images whose tag `latest` was last built four or more years ago. A
// value in the `.env` file of the folder replaces the default of a variable.
//
// The severity is info where an image is only superseded, or where no consequence is
// known, unless the version in its tag has reached end of life too.
//
// Findings have severity info and the variant `excused`:
//
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the image gives the reason
//   - for images that replace a service during development, such as a mail server for
//     tests
//
// # Why it matters
//
// An image under an old name gets no security fixes, and one day it can no longer be
// pulled.
//
// # How to fix it
//
// Use the image that the message names, and test the service with it.
//
// # Exceptions
//
// It does not report:
//
//   - images that the repository builds
//   - a build argument that is also the default in the Dockerfile, which the rule
//     `deprecated-base-image` reports
var ComposeDeprecatedImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deprecated-image",
		Title:    "Image moved or is no longer maintained",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkComposeDeprecatedImage,
}

func checkComposeDeprecatedImage(p *facts.Pass[*facts.Compose]) {
	on := lifecycle.Day(p.Settings)
	for _, x := range p.Project.SetSites(p.Doc) {
		if x.Local || x.Repeats {
			continue
		}
		f := lint.Finding{Span: x.Image.Span}
		if years := lifecycle.YearsOfLatest(p.Registry, x.Image, platformOf(x), on); years >= 4 {
			f.Message = fmt.Sprintf("the newest image of %q is %d years old, so vulnerabilities found since are not fixed in it; use one that is maintained", shortText(x.Image.Name()), years)
			p.Report(weighAs(p, f, facts.ClaimImageAge, x.Image.IsForDevelopment()))
			continue
		}
		v, ok := lifecycle.Moved(x.Image, on)
		if !ok || p.Project.BuiltNear(p.Doc, x) != "" {
			continue
		}
		f.Message, f.Severity, f.Dated = shownSite(x)+" "+v.Message, v.Severity, v.Dated
		if edit, ok := x.Rename(v.Fix); ok {
			f.Fixes = []lint.Fix{{
				Title: "use " + v.Fix, Applicability: v.FixFor(p.Registry, x.Image.Tag), MaxEffect: lint.EffectGraph,
				Changes: []string{"services.*.image", "services.*.build.args"}, Edits: []lint.FileEdit{{Edit: edit}},
			}}
		}
		p.Report(weighAs(p, f, facts.ClaimImageAge, x.Image.IsForDevelopment()))
	}
}
