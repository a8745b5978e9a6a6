package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeEolImage finds images of a database, a language or a distribution whose
// support has ended: faults that are found are not mended.
//
// The table is that of this version of dockmend; a release that ends later is
// found by a later version. A database needs a plan: read its notes on how to move
// the data before the tag changes.
//
// It is info, and excused, where a comment beside it gives the reason, or in files that are
// for development or trials by their name.
//
// With --online, images whose tag has no version are judged by the version that
// their config tells.
//
// Silent for images that are built, and for tags without a version, offline.
var ComposeEolImage = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-eol-image",
		Title:    "An image gets no fixes any more",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-4.4"),
	},
	Check: checkComposeEolImage,
}

func checkComposeEolImage(p *lint.Pass[*facts.Compose]) {
	for _, x := range p.Doc.ImageSites() {
		if x.Local {
			continue
		}
		if r, ok := facts.SupportEnded(p.Registry, x.Image, platformOf(x)); ok {
			p.Report(weigh(p.Doc, lint.Finding{
				Span:    x.Image.Span,
				Message: fmt.Sprintf("%s is %s, whose support ended in %s, so faults that are found stay; move to a release that gets fixes", shownSite(x), r.What, r.Month),
			}, false))
		}
	}
}

// platformOf is the platform that a site asks for, empty where it asks for none or
// for several.
func platformOf(x facts.ImageSite) string {
	if len(x.Platforms) != 1 {
		return ""
	}
	return x.Platforms[0]
}
