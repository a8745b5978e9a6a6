package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeBuildAndImage finds a service with a build and an image and without
// pull_policy.
//
// Compose then pulls the image if a registry has it and builds it otherwise, so
// that what runs depends on where it runs. Say with pull_policy what is meant.
//
// Off by default: to give the image that is built a name is normal. Silent where
// several services use the image that one builds.
var ComposeBuildAndImage = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-and-image",
		Title:    "Whether the image is built or pulled depends on the registry",
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
			Message: fmt.Sprintf("%q has a build too, and a registry that has the image wins over it; add a pull_policy", shortText(s.Value("image").Raw)),
		}
		if s.Owns(image) {
			edits, ok := p.Doc.File.InsertAfter(image, "pull_policy: build")
			f.Fixes = yamlFix("add pull_policy: build", lint.Unsafe, edits, ok, "services.*.pull_policy")
		}
		p.Report(f)
	}
}
