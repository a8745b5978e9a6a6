package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ComposeImageNotPinned reports images without a tag (variant `untagged`), and images
// with a tag that moves (variant `moving`): `latest`, `stable` and similar tags, and
// tags that name only a variant, such as `alpine`.
//
// It reads the images of services, the images that a service mounts (volumes of the
// type `image`), those that a build uses as contexts (`docker-image://`), and build
// arguments that set the image of a `FROM`.
//
// Findings have severity info and a variant that ends in `-excused`:
//
//   - where the tag or the image is the default of a variable, which the user is meant
//     to set
//   - for images that stand for any program, such as `whoami`
//   - for images under the name of the repository or of its owner, which it publishes
//     itself
//   - in folders of tests and of their data
//   - where a comment next to the image gives the reason
//
// # Why it matters
//
// The next pull can bring another version, so the same file runs different programs on
// different days. If it breaks, nothing in the repository shows what changed.
//
// # How to fix it
//
// Pin the version that you tested:
//
//	image: nginx:1.29
//
// With `--online`, the fix writes the version that the tag points to now, and the
// message gives the reason where it cannot. Offline, for official images, it writes
// the version that the tag had when the table of dockmend was made.
//
// # Exceptions
//
// It does not report:
//
//   - images with a digest
//   - images that are no longer published under this name: their tag does not move, and
//     `compose-deprecated-image` reports them
//   - images that a service of the file builds, or that a Makefile or a script of the
//     folder builds under a name without a slash
//   - services that never pull
//   - images that a variable without a default sets
//   - images that the option `except` names
var ComposeImageNotPinned = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned",
		Title:    "Image has no tag, or a tag that moves",
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
			Name: "tags", Doc: "tags that count as moving", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: images.Channels()},
		}, {
			Name: "except", Doc: "images that are not reported, by the beginning of their name", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"cgr.dev/chainguard/"}},
		}},
	},
	Check: checkComposeImageNotPinned,
}

func checkComposeImageNotPinned(p *facts.Pass[*facts.Compose]) {
	tags, except, on := p.Options.List("tags"), p.Options.List("except"), lifecycle.Day(p.Settings)
	for _, x := range p.Project.ImageSites(p.Doc) {
		i := x.Image
		if x.Local || i.Digest != "" || !moves(i, tags) || lifecycle.StandsStill(i, on) {
			continue
		}
		// Official images have names without a slash, but so has what people build
		// for themselves.
		if (!strings.ContainsAny(i.Raw, "/.") && p.Project.TagsHere(i)) || (x.Kind != facts.ArgumentSite && p.Project.BuiltBy(i) != "") {
			continue
		}
		if slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(i.Name(), prefix) }) {
			continue
		}
		pinned := pinOr(p, x, pins.Version)
		f := lint.Finding{Span: i.Span, Variant: "moving", Fixes: pinned.Fixes}
		f.Message = fmt.Sprintf("%s has a moving tag, so the next pull can get a different version; pin the version that you tested", shownSite(x))
		if i.Tag == "" {
			f.Variant = "untagged"
			f.Message = fmt.Sprintf("%s has no tag, so the next pull can get a different version; pin the version that you tested", shownSite(x))
		}
		f.Message = pinned.Explained(f.Message)
		names := i.IsStandIn() || facts.IsPlaceholder(path.Dir(i.Name())) // no program of its own
		p.Report(weighAs(p, f, facts.ClaimReference, names || isKnob(i) || p.Project.Publishes(i)))
	}
}

// isKnob reports whether the tag, or the whole image, is the default of a variable, which
// says that it is for the user to choose.
func isKnob(i facts.Image) bool {
	at := strings.LastIndex(i.Raw, ":$") + 1
	variable := i.Raw[at:]
	return strings.HasPrefix(variable, "$") && strings.HasSuffix(variable, "}") && strings.Contains(variable, "-") &&
		strings.Count(variable, "$") == 1
}

// moves reports whether an image has no tag, one of the tags that move, or one that
// names a variant and no version.
func moves(i facts.Image, tags []string) bool {
	return i.Tag == "" || slices.Contains(tags, strings.ToLower(i.Tag)) || images.HasVersionlessTag(images.Canonical(i.Name()), i.Tag)
}
