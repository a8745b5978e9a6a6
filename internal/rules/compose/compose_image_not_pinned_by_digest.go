package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ComposeImageNotPinnedByDigest reports images with the tag of a version and without a
// digest.
//
// # Why it matters
//
// The publisher, or someone who takes over the account, can give the tag to another
// image at any time. A digest names exactly one image.
//
// The rule is off by default, because a digest gets no security fixes unless a bot
// updates it. The setting `pin.mode` turns the rule on where it asks for digests.
//
// # How to fix it
//
// Add the digest and keep the tag; with `--online`, the fix does it:
//
//	image: nginx:1.29@sha256:...
//
// # Exceptions
//
// It does not report images that Compose builds. Unless `pin.mode` asks for digests,
// it also does not report:
//
//   - tags that move, which the rule `compose-image-not-pinned` reports
//   - images that contain a variable
//   - build arguments that set the image of a `FROM`
var ComposeImageNotPinnedByDigest = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned-by-digest",
		Title:    "Image is not pinned by digest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CL-0019", "OWASP-R13"),
		Options: []lint.Option{{
			Name: "moving", Doc: "tags that are not reported, because the rule compose-image-not-pinned reports them", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"latest", "stable", "edge", "nightly", "test", "dev", "develop", "beta", "canary", "lts", "main", "master"}},
		}},
	},
	Check: checkComposeImageNotPinnedByDigest,
}

func checkComposeImageNotPinnedByDigest(p *facts.Pass[*facts.Compose]) {
	moving := p.Options.List("moving")
	for _, x := range p.Project.ImageSites(p.Doc) {
		i := x.Image
		if x.Local || i.Digest != "" {
			continue
		}
		isPlain := x.Kind == facts.ServiceSite && !i.HasVariable() && i.Tag != "" && !slices.Contains(moving, strings.ToLower(i.Tag))
		if !isPlain && !p.Settings.Pin.Digest {
			continue
		}
		pinned := pinOr(p, x, pins.Digest)
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%s can be another image after the next pull; add the digest (@sha256:...), and let a bot update it", shownSite(x))),
			Fixes:   pinned.Fixes,
		})
	}
}
