package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ImageNotPinnedByDigest finds FROM, COPY --from and RUN --mount from an image
// without a digest: the tag may be given to another image at any time.
//
// Off by default: a digest is right only where a bot keeps it fresh. The setting
// pin.mode switches the rule on where it asks for digests. With --online the fix
// adds the digest and keeps the tag, and the frontend that "# syntax=" names is
// found too.
//
// Where the reference is made of build arguments the digest goes into the
// default of the argument, if nothing else depends on that.
//
// Silent for scratch, stages, and variables without a known value.
var ImageNotPinnedByDigest = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-not-pinned-by-digest",
		Title:    "The base image is not pinned by its digest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Aliases:  lint.Names("CIS-4.2", "OWASP-R13", "docs:pin-base-image", "semgrep:dockerfile-source-not-pinned"),
	},
	Check: checkImageNotPinnedByDigest,
}

func checkImageNotPinnedByDigest(p *facts.Pass[*facts.Dockerfile]) {
	for _, x := range p.Doc.ImageSites() {
		i := x.Image
		if i.Digest != "" || x.Kind != facts.FromSite && x.Kind != facts.SyntaxSite && !strings.ContainsAny(i.Text, ":/.") {
			continue
		}
		pinned := pins.Digest(p, local(p, x))
		if x.Kind == facts.SyntaxSite && pinned.Fixes == nil {
			continue // Docker's own advice is a tag
		}
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%s is whatever the registry gives today; add the digest, as @sha256:..., and let a bot keep it fresh", quoteShort(i.Raw))),
			Fixes:   pinned.Fixes,
		})
	}
}
