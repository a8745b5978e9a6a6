package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ComposeImageNotPinned finds images without a tag, and with one that is given
// to another image again and again, such as latest or stable, or that names a variant
// and no version, such as alpine.
//
// The same file runs another program tomorrow, and nobody sees why it broke.
// Name the version that was tested.
//
// Build arguments that say what a FROM of the Dockerfile names count too, where
// that can be read, and so do the images that a service mounts (volumes of the type
// image) and those that its build takes as contexts (docker-image://).
//
// With --online the fix names the version that the tag is now: in the text, in
// the default of the variable in which it ends, or where the anchor stands. It
// says why where it cannot. Offline it names, for an official image, the version that
// the tag was when dockmend's table was made; of others nothing is known offline.
//
// It is info, and excused, where the tag or the image is the default of a variable,
// which the user is to choose, for images that stand for any program, such as whoami, for those
// under the name of the repository or its owner, which it publishes itself, in folders of
// tests and of what they read, and where a comment next to it gives the reason.
//
// Silent for digests, for images that a service of the file builds, or a Makefile
// or script beside it under a name without a slash, for services that never pull,
// and where a variable without a default decides.
var ComposeImageNotPinned = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned",
		Title:    "An image has no tag, or one that moves",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"untagged", "moving", "untagged-excused", "moving-excused"},
		OptIn:    []string{"untagged-excused", "moving-excused"},
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Aliases:  lint.Names("CIS-5.28", "CL-0004", "OWASP-R13", "dclint:service-image-require-explicit-tag"),
		Options: []lint.Option{{
			Name: "tags", Doc: "the tags that move", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: images.Channels()},
		}, {
			Name: "except", Doc: "images that may have them, by the start of their name", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"cgr.dev/chainguard/"}},
		}},
	},
	Check: checkComposeImageNotPinned,
}

func checkComposeImageNotPinned(p *facts.Pass[*facts.Compose]) {
	tags, except := p.Options.List("tags"), p.Options.List("except")
	for _, x := range p.Project.ImageSites(p.Doc) {
		i := x.Image
		if x.Local || i.Digest != "" || !moves(i, tags) {
			continue
		}
		// Official images have names without a slash, but so has what people build
		// for themselves.
		if !strings.ContainsAny(i.Raw, "/.") && p.Project.TagsHere(i) || x.Kind != facts.ArgumentSite && p.Project.BuiltBy(i) != "" {
			continue
		}
		if slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(i.Name(), prefix) }) {
			continue
		}
		pinned := pinOr(p, x, pins.Version)
		f := lint.Finding{Span: i.Span, Variant: "moving", Fixes: pinned.Fixes}
		f.Message = fmt.Sprintf("%s moves, so it is another image tomorrow; name the version that was tested", shownSite(x))
		if i.Tag == "" {
			f.Variant = "untagged"
			f.Message = fmt.Sprintf("%s has no tag, so it is whatever latest is that day; name the version that was tested", shownSite(x))
		}
		f.Message = pinned.Explained(f.Message)
		p.Report(weighAs(p, f, facts.ClaimReference, i.IsStandIn() || isKnob(i) || p.Project.Publishes(i)))
	}
}

// isKnob reports whether the tag, or the whole image, is the default of a variable, which
// says that it is for the user to choose.
func isKnob(i facts.Image) bool {
	at := strings.LastIndex(i.Raw, ":$") + 1
	variable := i.Raw[at:]
	return strings.HasPrefix(variable, "$") && strings.HasSuffix(variable, "}") && strings.Contains(variable, "-") && strings.Count(variable, "$") == 1
}

// moves reports whether an image has no tag, one of the tags that move, or one that
// names a variant and no version.
func moves(i facts.Image, tags []string) bool {
	return i.Tag == "" || slices.Contains(tags, strings.ToLower(i.Tag)) || images.HasVersionlessTag(images.Canonical(i.Name()), i.Tag)
}
