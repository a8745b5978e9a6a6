package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UntaggedImage reports base images without a tag and without a digest. In folders of
// tests, templates and code that is no longer used, findings have the variant
// `excused`, which is off by default.
//
// # Why it matters
//
// Without a tag, Docker uses the tag `latest`, which moves. The same Dockerfile builds on
// another version tomorrow: the build can break, or the program behaves differently,
// without a change in the repository.
//
// # How to fix it
//
// Name the version that the image was tested with:
//
//	FROM python:3.14-slim
//
// # Fix safety
//
// With `--online`, the fix adds the version whose digest `latest` has now. Offline, it
// adds for an official image the version that `latest` was when dockmend's table was made.
// There is no offline fix for other images.
//
// # Exceptions
//
// It does not report:
//
//   - scratch, earlier stages and named build contexts
//   - images with a digest
//   - images that the repository builds
//   - a reference that depends on a build argument without a default
var UntaggedImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "untagged-image",
		Title:    "Base image has no tag",
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
		if s.Parent != nil || i.IsScratch() || i.Text == "" || !i.Known {
			continue
		}
		if i.Tag != "" || i.Digest != "" || (facts.IsPlaceholder(i.Text) && !p.Hadolint) {
			continue
		}
		if !p.Hadolint && p.Project.Local(i) != "" {
			continue
		}
		pinned := pinVersionOf(p, i)
		p.Report(weighOwnImage(p, i, lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%q has no tag, so builds use whatever latest is then and are not reproducible; pin a version, for example %q", i.Raw, exampleTag(i))),
			Fixes:   pinned.Fixes,
		}))
	}
}

// exampleTag shows where the tag goes.
func exampleTag(i facts.Image) string { return i.Raw + ":<version>" }
