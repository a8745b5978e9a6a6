package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromImageNotPinned reports images in `COPY --from` and `RUN --mount` that have no
// tag, or the tag `latest`.
//
// # Why it matters
//
// The build uses the version that is current on that day, so two builds of the same file
// can give different images, and a new version can break the build.
//
// # How to fix it
//
// Name the version, as in `COPY --from=ghcr.io/astral-sh/uv:<version> /uv /bin/`. With
// `--online`, the fix writes the current version.
//
// # Exceptions
//
// It does not report:
//
//   - images with a digest
//   - names of stages, and images that the repository builds
//   - names with a variable
var CopyFromImageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-image-not-pinned",
		Title:    "Image in COPY --from or RUN --mount has no fixed version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
	},
	Check: checkCopyFromImageNotPinned,
}

func checkCopyFromImageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			if r.Stage != nil || !namesImage(r.Text) || strings.Contains(r.Text, "$") {
				continue
			}
			i := facts.ParseImage(r.Text)
			if i.IsScratch() || i.Digest != "" || (i.Tag != "" && i.Tag != "latest") {
				continue
			}
			i.Span = r.Span
			if p.Project.Local(i) != "" {
				continue
			}
			pinned := pinVersionOf(p, i)
			p.Report(lint.Finding{
				Span:    r.Span,
				Message: pinned.Explained(fmt.Sprintf("%s has no fixed version, so a later build can use a different version; pin a version, for example %s", quoteShort(r.Text), quoteShort(i.Name()+":<version>"))),
				Fixes:   pinned.Fixes,
			})
		}
	}
}

// namesImage reports whether a name that no stage has is that of an image: with a
// registry, an owner or a tag, or that of a well-known image.
func namesImage(name string) bool {
	return strings.ContainsAny(name, "/.:") || isOfficialImage(name)
}
