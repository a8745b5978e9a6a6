package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// ImageNotPinnedByDigest reports images in `FROM`, `COPY --from` and `RUN --mount`
// without a digest. With `--online`, it also reports the frontend in a `# syntax=` line.
//
// # Why it matters
//
// A tag can point to another image at any time, so two builds of the same file can
// differ. The rule is off by default, because a digest that no bot updates keeps old
// vulnerabilities. The setting `pin.mode` turns the rule on where it asks for digests.
//
// # How to fix it
//
// Add the digest after the tag, and let a bot update it:
//
//	FROM debian:12@sha256:...
//
// With `--online`, the fix writes the digest. If build arguments are part of the
// reference, it changes the default of the argument, unless something else uses it.
//
// # Exceptions
//
// It does not report:
//
//   - `scratch` and the names of stages
//   - variables whose value is not known
var ImageNotPinnedByDigest = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-not-pinned-by-digest",
		Title:    "Image is not pinned by its digest",
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
		if i.Digest != "" || (x.Kind != facts.FromSite && x.Kind != facts.SyntaxSite && !strings.ContainsAny(i.Text, ":/.")) {
			continue
		}
		pinned := pins.Digest(p, local(p, x))
		if x.Kind == facts.SyntaxSite && pinned.Fixes == nil {
			continue // Docker recommends a tag here
		}
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: pinned.Explained(fmt.Sprintf("%s has no digest, so a later build can use another image; add the digest, such as @sha256:..., and let a bot update it", quoteShort(i.Raw))),
			Fixes:   pinned.Fixes,
		})
	}
}
