package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeBuildAndImage reports services that have `build` and `image`, but no
// `pull_policy`.
//
// # Why it matters
//
// Compose pulls the image if a registry has it, and builds it otherwise. The same file
// then runs a published image on one machine and the local code on another.
//
// The rule is off by default, because it is common to name the built image with
// `image`.
//
// # How to fix it
//
// Write which of the two you want, for example:
//
//	pull_policy: build
//
// # Exceptions
//
// It does not report an image that several services use and one of them builds.
var ComposeBuildAndImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-and-image",
		Title:    "Service with build and image has no pull_policy",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:no-build-and-image"),
	},
	Check: checkComposeBuildAndImage,
}

func checkComposeBuildAndImage(p *facts.Pass[*facts.Compose]) {
	uses := map[string]int{}
	for _, s := range p.Doc.All() {
		uses[s.Value("image").Raw]++
	}
	for _, s := range p.Doc.All() {
		image := s.Entry("image")
		if !s.Has("build") || !s.Has("image") || s.Has("pull_policy") || uses[s.Value("image").Raw] > 1 {
			continue
		}
		f := lint.Finding{
			Span:    image.Key.Span,
			Message: fmt.Sprintf("%q is pulled if a registry has it and is built otherwise, so what runs depends on the registry; set pull_policy to build, or to missing", shortText(s.Value("image").Raw)),
		}
		if s.Owns(image) {
			edits, ok := p.Doc.File.InsertAfter(image, "pull_policy: build")
			f.Fixes = yamlFix("add pull_policy: build", lint.Unsafe, edits, ok, "services.*.pull_policy")
		}
		p.Report(f)
	}
}
