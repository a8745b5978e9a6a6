package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// MovingTag finds base images whose tag is not "latest" and moves as it does: one that
// names a variant and no version ("node:alpine", "python:slim-bookworm"), or a channel
// ("stable", "lts", "edge", "nightly", "main").
//
// The same Dockerfile builds on another major version one day, and nobody sees why the
// build broke. Name the version that the image was tested with.
//
// With --online the fix names the version that has the tag's digest now. Offline it
// names, for an official image, the version that the tag was when dockmend's table was
// made; of others nothing is known offline.
//
// For an image that is no product with releases of its own it is info. It is excused, and
// off by default, in files for tests, examples and demonstrations. Silent for
// "latest", which latest-tag reports, for a digest next to the tag, for earlier stages,
// and for publishers whose free images have no other tag (option "except").
var MovingTag = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "moving-tag",
		Title:    "The tag names no version and moves under the build",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Options: []lint.Option{{
			Name: "except", Doc: "images that may have such tags, by the start of their name", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"cgr.dev/chainguard/"}},
		}},
	},
	Check: checkMovingTag,
}

func checkMovingTag(p *facts.Pass[*facts.Dockerfile]) {
	except := p.Options.List("except")
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || i.Digest != "" || i.Tag == "latest" {
			continue
		}
		if slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(i.Name(), prefix) }) {
			continue
		}
		f := lint.Finding{Span: i.Span}
		name := images.Canonical(i.Name())
		switch isChannel := slices.Contains(images.Channels(), strings.ToLower(i.Tag)); {
		case !isChannel && !images.HasVersionlessTag(name, i.Tag):
			continue
		case !images.HasReleases(name):
			f.Severity = lint.Info
		}
		if !p.Hadolint && p.Project.Local(i) != "" {
			continue
		}
		pinned := pinVersionOf(p, i)
		f.Fixes = pinned.Fixes
		f.Message = pinned.Explained(fmt.Sprintf("the tag of %q names no version, so it moves under the build as latest does; name the version that was tested", short(i.Raw)))
		if _, ok := p.Doc.Purposes(p.Project).Excuse(facts.ClaimBaseAge); ok && !p.Hadolint {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}
