package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// ComposeDeprecatedImage finds images whose repository or tag moved, was renamed,
// frozen or removed, or is no longer maintained by its publisher.
//
// The message says what to use and since when. Where the name alone changes there is a
// fix; it is unsafe, since another repository is another image. Where the tag has no
// version, or the image is a database, it is only shown: under the same tag the new
// repository may hold another major version. What the .env beside the file sets counts in
// place of a variable's default.
//
// It is info where an image is only superseded, or nobody says what its use leads to,
// unless the version in its tag is out of support too. It is excused, and off by default,
// in files for development, tests and trials, where a comment next to it gives the reason,
// and for images that play a service, such as a mail server, for those who develop.
//
// With --online also those whose tag latest nobody has built anew in four years.
//
// Silent for images that the repository builds, and for a build argument that the
// Dockerfile has as its default, where deprecated-base-image says it.
var ComposeDeprecatedImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deprecated-image",
		Title:    "An image moved or is no longer maintained",
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
				Title: "use " + v.Fix, Applicability: v.FixFor(), MaxEffect: lint.EffectGraph,
				Changes: []string{"services.*.image", "services.*.build.args"}, Edits: []lint.FileEdit{{Edit: edit}},
			}}
		}
		p.Report(weighAs(p, f, facts.ClaimImageAge, x.Image.IsForDevelopment()))
	}
}
