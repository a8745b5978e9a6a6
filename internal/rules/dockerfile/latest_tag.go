package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// LatestTag reports base images with the tag `latest`. In folders for tests, test data,
// templates or files that are no longer used, findings have severity info and the
// variant `excused`.
//
// # Why it matters
//
// The publisher moves the tag to each new release. The same Dockerfile can then build on
// another major version tomorrow, and the build breaks without a change in the
// repository.
//
// # How to fix it
//
// Pin the version that you tested, such as `python:3.14-slim`. With `--online`, the fix
// writes the version that the tag points to now. Offline, it writes the version of
// official images that was current when dockmend's table was made.
//
// # Exceptions
//
// It does not report:
//
//   - images with a digest next to the tag
//   - stages of the same file, and images that the repository builds
//   - images that are no longer published under this name: their tag does not move, and
//     `deprecated-base-image` reports them
//   - publishers whose free images have no other tag (option `except`)
var LatestTag = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "latest-tag",
		Title:    "Base image has the tag latest",
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
				Name: "tags", Doc: "tags that are reported", Kind: lint.ListOption,
				OptionValue: lint.OptionValue{List: []string{"latest"}},
			},
			{
				Name: "except", Doc: "prefixes of image names that are not reported", Kind: lint.ListOption,
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
		if !p.Hadolint && (p.Project.Local(i) != "" || lifecycle.StandsStill(i, lifecycle.Day(p.Settings))) {
			continue
		}
		pinned := pinVersionOf(p, i)
		p.Report(weighOwnImage(p, i, lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("the tag of %q moves to each new release, so a later build can use another version; pin the version that you tested", short(i.Raw))),
			Fixes:   pinned.Fixes,
		}))
	}
}
