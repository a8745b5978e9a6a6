package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UntaggedImage finds base images with neither tag nor digest.
//
// Without a tag a registry answers with the tag "latest", which moves: the same
// Dockerfile builds on another base tomorrow, and nobody sees why the build
// broke. Name the version that the image was tested with.
//
// With --online the fix names the version that has the digest of latest now. Offline it
// names, for an official image, the version that latest was when dockmend's table was
// made; of others nothing is known offline.
//
// It is excused, and off by default, in folders of tests, of what they read and of
// templates, and in those of what is no longer used.
//
// Silent for scratch, for earlier stages, for a digest without a tag, and for a
// reference that a build argument without a default decides.
var UntaggedImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "untagged-image",
		Title:    "A base image without a tag means the moving latest",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: []lint.Alias{
			{Name: "DL3006", Severity: lint.Warning}, {Name: "CKV_DOCKER_7"}, {Name: "DS001"},
			{Name: "kics:image_version_not_explicit"}, {Name: "semgrep:missing-image-version"},
		},
	},
	Check: checkUntaggedImage,
}

func checkUntaggedImage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || i.IsScratch() || i.Text == "" || !i.Known || i.Tag != "" || i.Digest != "" || facts.IsPlaceholder(i.Text) && !p.Hadolint {
			continue
		}
		if !p.Hadolint && p.Project.Local(i) != "" {
			continue
		}
		pinned := pinVersionOf(p, i)
		p.Report(weighReference(p, lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%q has no tag, so every build takes whatever latest is that day; name the version, as in %s", i.Raw, exampleTag(i))),
			Fixes:   pinned.Fixes,
		}))
	}
}

// exampleTag shows where the tag goes.
func exampleTag(i facts.Image) string { return i.Raw + ":<version>" }
