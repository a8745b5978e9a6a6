package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ImageDigestOutdated finds a pinned image whose tag names another digest by now.
//
// A digest keeps a build the same, and with it each fault of that day. When the
// tag beside it has moved on there is a newer image, often with fixes. Look at
// what changed, and take its digest; a bot can do that every week.
//
// The setting pin.refresh lets fix do it.
//
// Needs --online. Silent for a digest without a tag, and where the registry does
// not know the tag any more.
var ImageDigestOutdated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-digest-outdated",
		Title:    "The tag beside a digest has moved on",
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
			Message: pinned.Explained(fmt.Sprintf("%s is no longer what its tag names, %s; take the newer image once it is tested", quoteShort(i.Raw), pins.ShortDigest(now))),
			Fixes:   pinned.Fixes,
		})
	}
}
