package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ComposeImageNotPinnedByDigest finds images with the tag of a version and
// without a digest: the tag may be given to another image at any time.
//
// Off by default: a digest is right only where a bot keeps it fresh. The setting
// pin.mode switches the rule on where it asks for digests. With --online the fix
// adds the digest and keeps the tag.
//
// Silent for images that are built; and, unless pin.mode asks for digests, for
// tags that move, which another rule reports, for variables, and for build
// arguments that say what a FROM names.
var ComposeImageNotPinnedByDigest = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned-by-digest",
		Title:    "An image is not pinned by its digest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CL-0019", "OWASP-R13"),
		Options: []lint.Option{{
			Name: "moving", Doc: "the tags that compose-image-not-pinned reports", Kind: lint.ListOption,
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
			Message: pinned.Explained(fmt.Sprintf("%s is whatever the registry gives today; add the digest, as @sha256:..., and let a bot keep it fresh", shownSite(x))),
			Fixes:   pinned.Fixes,
		})
	}
}
