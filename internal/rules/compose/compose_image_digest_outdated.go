package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ComposeImageDigestOutdated reports images with a tag and a digest whose tag now
// points to another digest. Build arguments that set the image of a `FROM` count too.
// The rule requires `--online`.
//
// # Why it matters
//
// A digest keeps the image as it was, with all its vulnerabilities. When the tag
// points to a newer image, that image often has security fixes.
//
// # How to fix it
//
// Test the newer image, and write its digest. A bot can do that every week, and so can
// `dockmend fix` with the setting `pin.refresh`.
//
// # Exceptions
//
// It does not report:
//
//   - digests without a tag
//   - tags that the registry no longer has
var ComposeImageDigestOutdated = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-digest-outdated",
		Title:    "Tag next to the digest points to a newer image",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
	},
	Check: checkComposeImageDigestOutdated,
}

func checkComposeImageDigestOutdated(p *facts.Pass[*facts.Compose]) {
	for _, x := range p.Project.ImageSites(p.Doc) {
		i := x.Image
		if x.Local || i.Digest == "" || i.Tag == "" {
			continue
		}
		now, err := p.Registry.Digest(x.Reference())
		if lint.IsOffline(err) {
			p.Skip(err.Error())
			return
		}
		if err != nil || now == i.Digest {
			continue
		}
		pinned := pinOr(p, x, func(p *facts.Pass[*facts.Compose], x facts.ImageSite) pins.Pin { return pins.Refresh(p, x, now) })
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("the tag of %s now points to another image, %s; test that image, and write its digest", shownSite(x), pins.ShortDigest(now))),
			Fixes:   pinned.Fixes,
		})
	}
}
