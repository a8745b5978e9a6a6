package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ImageNotPinnedByDigest finds FROM without a digest: the tag may be given to
// another image at any time.
//
// Off by default: a digest is right only where a bot keeps it fresh. A later
// version names the digest itself, with --online.
//
// Silent for scratch, stages, and variables without a known value.
var ImageNotPinnedByDigest = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-not-pinned-by-digest",
		Title:    "The base image is not pinned by its digest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsNothing,
		Aliases:  lint.Names("CIS-4.2", "docs:pin-base-image", "semgrep:dockerfile-source-not-pinned"),
	},
	Check: checkImageNotPinnedByDigest,
}

func checkImageNotPinnedByDigest(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || i.IsScratch() || !i.Known || i.Digest != "" {
			continue
		}
		p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is whatever the registry gives today; add the digest, as @sha256:..., and let a bot keep it fresh", quoteShort(i.Raw))})
	}
}
