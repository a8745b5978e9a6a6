package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ImageDigestOutdated reports images that are pinned to a tag and a digest, where the
// registry now has another digest for that tag. The rule needs `--online`.
//
// # Why it matters
//
// The digest keeps builds reproducible, and it also keeps every vulnerability of the old
// image. The newer image under the same tag often contains security fixes.
//
// # How to fix it
//
// Test the newer image, and replace the digest. A bot can propose that every week; with
// the setting `pin.refresh`, `dockmend fix` does it.
//
// # Exceptions
//
// It does not report:
//
//   - digests without a tag
//   - tags that the registry no longer has
var ImageDigestOutdated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-digest-outdated",
		Title:    "Tag of a pinned image has a newer digest",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
	},
	Check: checkImageDigestOutdated,
}

func checkImageDigestOutdated(p *facts.Pass[*facts.Dockerfile]) {
	for _, x := range p.Doc.ImageSites() {
		i := x.Image
		if i.Digest == "" || i.Tag == "" {
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
		pinned := pins.Refresh(p, local(p, x), now)
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%s has an old digest: its tag is now %s, often with security fixes; test the newer image and use its digest", quoteShort(i.Raw), pins.ShortDigest(now))),
			Fixes:   pinned.Fixes,
		})
	}
}
