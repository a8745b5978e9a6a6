package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeImageNotPinned finds images without a tag, and with one that is given
// to another image again and again, as latest or stable.
//
// The same file runs another program tomorrow, and nobody sees why it broke.
// Name the version that was tested.
//
// Silent for digests, for images that a service of the file builds, or a Makefile
// or script beside it under a name without a slash, for services that never pull,
// and where a variable without a default decides.
var ComposeImageNotPinned = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned",
		Title:    "An image has no tag, or one that moves",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"untagged", "moving"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CIS-5.28", "CL-0004", "OWASP-R13", "dclint:service-image-require-explicit-tag"),
		Options: []lint.Option{{
			Name: "tags", Doc: "the tags that move", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"latest", "stable", "edge", "nightly", "test", "dev", "develop", "beta", "canary", "lts", "main", "master"}},
		}, {
			Name: "except", Doc: "images that may have them, by the start of their name", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"cgr.dev/chainguard/"}},
		}},
	},
	Check: checkComposeImageNotPinned,
}

func checkComposeImageNotPinned(p *lint.Pass[*facts.Compose]) {
	tags, except := p.Options.List("tags"), p.Options.List("except")
	for _, s := range p.Doc.All() {
		i, ok := s.Image()
		if !ok || !isPulled(p.Doc, s, i) || i.Digest != "" || i.Tag != "" && !slices.Contains(tags, strings.ToLower(i.Tag)) {
			continue
		}
		// Official images have names without a slash, but so has what people build
		// for themselves.
		if !strings.ContainsAny(i.Raw, "/.") && p.Doc.Around.TagsHere(i) {
			continue
		}
		if slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(i.Name(), prefix) }) {
			continue
		}
		f := lint.Finding{Span: i.Span, Variant: "moving"}
		f.Message = fmt.Sprintf("%q moves, so it is another image tomorrow; name the version that was tested", shortText(i.Raw))
		if i.Tag == "" {
			f.Variant = "untagged"
			f.Message = fmt.Sprintf("%q has no tag, so it is whatever latest is that day; name the version that was tested", shortText(i.Raw))
		}
		p.Report(f)
	}
}

// isPulled tells whether a service's image, as far as the file says it, comes
// from a registry.
func isPulled(d *facts.Compose, s *facts.ComposeService, i facts.Image) bool {
	if !i.Known || i.Repository == "" || s.Has("build") || d.Builds(i) {
		return false
	}
	policy := s.Value("pull_policy").Text
	return policy != "never" && policy != "build"
}
