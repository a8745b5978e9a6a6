package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LatestTag finds base images with the tag "latest".
//
// The tag moves: the same Dockerfile builds on another base tomorrow, and
// nobody sees why the build broke. Name the version that the image was tested
// with.
//
// With --online the fix names the version that has the tag's digest now. Offline it
// names, for an official image, the version that the tag was when dockmend's table was
// made; of others nothing is known offline.
//
// It is excused, and off by default, in folders of tests, of what they read and of
// templates, and in those of what is no longer used.
//
// Silent for a digest beside the tag, for earlier stages, and for publishers
// whose free images have no other tag (option "except").
var LatestTag = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "latest-tag",
		Title:    "The tag latest moves under the build",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3007", Severity: lint.Warning}},
			lint.Names("CKV_DOCKER_7", "DF001", "DF024", "DKL-DI-0006", "DS001", "kics:image_version_using_latest", "semgrep:avoid-latest-version")...,
		),
		Options: []lint.Option{
			{
				Name: "tags", Doc: "the tags that move", Kind: lint.ListOption,
				OptionValue: lint.OptionValue{List: []string{"latest"}},
			},
			{
				Name: "except", Doc: "images that may have them, by the start of their name", Kind: lint.ListOption,
				OptionValue: lint.OptionValue{List: []string{"cgr.dev/chainguard/"}},
			},
		},
	},
	Check: checkLatestTag,
}

func checkLatestTag(p *facts.Pass[*facts.Dockerfile]) {
	tags, except := p.Options.List("tags"), p.Options.List("except")
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || i.Digest != "" || !slices.Contains(tags, i.Tag) {
			continue
		}
		if !p.Hadolint && slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(i.Name(), prefix) }) {
			continue
		}
		if !p.Hadolint && p.Project.Local(i) != "" {
			continue
		}
		pinned := pinVersionOf(p, i)
		p.Report(weighReference(p, lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%q moves under the build, so it is another image tomorrow; name the version that was tested", short(i.Raw))),
			Fixes:   pinned.Fixes,
		}))
	}
}
