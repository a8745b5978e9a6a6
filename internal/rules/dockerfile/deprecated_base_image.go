package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// DeprecatedBaseImage reports images in `FROM`, `COPY --from` and `RUN --mount` whose
// repository or tag was moved, renamed, frozen or removed, or that their publisher no
// longer maintains. With `--online`, it also reports images whose tag `latest` was last
// built four or more years ago.
//
// The severity is info where an image is only superseded, or where no consequence is
// known, unless the version in its tag has reached end of life too.
//
// The variant `excused` marks images that can still be pulled and do little harm:
//
//   - in files for tests, examples, exercises and collections of vulnerable software
//   - in the folder of a version next to that of a newer one
//   - in a build stage that installs nothing and leaves nothing of the image in the final
//     stage
//
// # Why it matters
//
// An image under an old name gets no security fixes, and one day it can no longer be
// pulled.
//
// # How to fix it
//
// Use the image that the message names.
//
// # Fix safety
//
// For `openjdk` and `maven` with a version of Java that Eclipse Temurin has, the fix names
// its image. It has the same Java on Ubuntu instead of Debian. There is none where the file
// names a folder of the old image, or installs packages that are not in both.
//
// # Exceptions
//
// It does not report images that the repository builds.
var DeprecatedBaseImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "deprecated-base-image",
		Title:    "Base image moved or is no longer maintained",
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
			if _, gone := goneArchive(p, x.Stage, on); gone {
				continue
			}
			if years := lifecycle.YearsOfLatest(p.Registry, i, constantPlatform(p.Doc, x.Stage), on); years >= 4 {
				p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("the newest image of %s is %d years old, so newer vulnerabilities are not fixed in it; use a maintained image", quoteShort(i.Name()), years)})
				continue
			}
		}
		v, ok := lifecycle.Moved(i, on)
		if !ok || p.Project.Local(i) != "" {
			continue
		}
		f := lint.Finding{Span: i.Span, Severity: v.Severity, Dated: v.Dated, Message: quoteShort(i.Raw) + " " + v.Message}
		if edit, ok := x.Rename(v.Fix); ok {
			f.Fixes = []lint.Fix{
				{Title: "use " + v.Fix, Applicability: v.FixFor(p.Registry, i.Tag), MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{{Edit: edit}}},
			}
		}
		if f.Fixes == nil {
			f.Fixes = temurinFix(p.Doc, x)
		}
		_, isExcused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimBaseAge)
		isLeft := x.Kind == facts.FromSite && isLeftBehind(p, x.Stage, images.Release{})
		if !v.Breaks && (isExcused || isLeft) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}
