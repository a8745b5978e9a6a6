package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeImageNotPinnedByDigest finds images with the tag of a version and
// without a digest: the tag may be given to another image at any time.
//
// Off by default: a digest is right only where a bot keeps it fresh.
//
// Silent for tags that move, which another rule reports, for images that are
// built, and for variables.
var ComposeImageNotPinnedByDigest = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-not-pinned-by-digest",
		Title:    "An image is not pinned by its digest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CL-0019", "OWASP-R13"),
		Options: []lint.Option{{
			Name: "moving", Doc: "the tags that compose-image-not-pinned reports", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"latest", "stable", "edge", "nightly", "test", "dev", "develop", "beta", "canary", "lts", "main", "master"}},
		}},
	},
	Check: checkComposeImageNotPinnedByDigest,
}

func checkComposeImageNotPinnedByDigest(p *lint.Pass[*facts.Compose]) {
	moving := p.Options.List("moving")
	for _, s := range p.Doc.All() {
		i, ok := s.Image()
		if !ok || !isPulled(p.Doc, s, i) || i.HasVariable() || i.Digest != "" || i.Tag == "" || slices.Contains(moving, strings.ToLower(i.Tag)) {
			continue
		}
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: fmt.Sprintf("%q is whatever the registry gives today; add the digest, as @sha256:..., and let a bot keep it fresh", shortText(i.Raw)),
		})
	}
}
