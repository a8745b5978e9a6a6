package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// MovingTag reports base images whose tag is a variant without a version, such as
// `node:alpine` or `python:slim-bookworm`, or a channel, such as `stable`, `lts`,
// `edge`, `nightly` or `main`. For images that have no releases of their own in
// dockmend's table, the severity is info. In files for tests, examples and
// demonstrations, findings have severity info and the variant `excused`.
//
// # Why it matters
//
// The publisher moves the tag to each new release, as with `latest`. The same Dockerfile
// can then build on another major version tomorrow, and the build breaks without a
// change in the repository.
//
// # How to fix it
//
// Pin the version that you tested, such as `node:24-alpine`. With `--online`, the fix
// writes the version that has the digest of the tag now. Offline, it writes the version
// of official images that was current when dockmend's table was made.
//
// # Exceptions
//
// It does not report:
//
//   - `latest`, which `latest-tag` reports
//   - images with a digest next to the tag
//   - earlier stages, and images that the repository builds
//   - images that are no longer published under this name: their tag does not move, and
//     `deprecated-base-image` reports them
//   - publishers whose free images have no other tag (option `except`)
var MovingTag = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "moving-tag",
		Title:    "Tag of the base image names no version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Options: []lint.Option{{
			Name: "except", Doc: "prefixes of image names that are not reported", Kind: lint.ListOption,
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
		if !p.Hadolint && (p.Project.Local(i) != "" || lifecycle.StandsStill(i, lifecycle.Day(p.Settings))) {
			continue
		}
		pinned := pinVersionOf(p, i)
		f.Fixes = pinned.Fixes
		f.Message = pinned.Explained(fmt.Sprintf("the tag of %q names no version, so a later build can use another major version; pin the version that you tested", short(i.Raw)))
		if _, ok := p.Doc.Purposes(p.Project).Excuse(facts.ClaimBaseAge); ok && !p.Hadolint {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}
