package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// DeprecatedBaseImage finds images whose repository or tag moved, was renamed,
// frozen or removed, or is no longer maintained by its publisher, in FROM,
// COPY --from and RUN --mount.
//
// An old name stops getting security fixes, and one day can no longer be pulled. The
// message says what to use and since when. Where the name alone changes there is a
// fix; it is unsafe, since another repository is another image.
//
// It is info where an image is only superseded, or nobody says what its use leads to,
// unless the version in its tag is out of support too. It is excused, and off by default,
// in files for tests, examples and laboratories of known faults, unless the image cannot be
// pulled any more.
//
// With --online also those whose tag latest nobody has built anew in four years.
//
// Silent for images that the repository builds.
var DeprecatedBaseImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "deprecated-base-image",
		Title:    "The base image moved or is no longer maintained",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkDeprecatedBaseImage,
}

func checkDeprecatedBaseImage(p *facts.Pass[*facts.Dockerfile]) {
	on := lifecycle.Day(p.Settings)
	for _, x := range p.Doc.ImageSites() {
		i := x.Image
		if x.Kind == facts.SyntaxSite || x.Local {
			continue
		}
		if x.Kind == facts.FromSite {
			if _, gone := goneArchive(p.Doc, x.Stage, on); gone {
				continue
			}
			if years := lifecycle.YearsOfLatest(p.Registry, i, constantPlatform(p.Doc, x.Stage), on); years >= 4 {
				p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("the newest image of %s is %d years old, so vulnerabilities found since are not fixed in it; use one that is maintained", quoteShort(i.Name()), years)})
				continue
			}
		}
		v, ok := lifecycle.Moved(i, on)
		if !ok || p.Project.Local(i) != "" {
			continue
		}
		f := lint.Finding{Span: i.Span, Severity: v.Severity, Dated: v.Dated, Message: quoteShort(i.Raw) + " " + v.Message}
		if edit, ok := x.Rename(v.Fix); ok {
			f.Fixes = []lint.Fix{{Title: "use " + v.Fix, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{{Edit: edit}}}}
		}
		if _, ok := p.Doc.Purposes(p.Project).Excuse(facts.ClaimBaseAge); ok && !v.Breaks {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}
