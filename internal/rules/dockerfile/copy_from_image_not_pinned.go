package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromImageNotPinned finds COPY --from and RUN --mount from an image
// without a tag or with latest: the build takes whatever version it is that
// day.
//
// With --online the fix names the version that it is now.
var CopyFromImageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-image-not-pinned",
		Title:    "A tool is copied from a moving image",
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
			if i.IsScratch() || i.Digest != "" || i.Tag != "" && i.Tag != "latest" {
				continue
			}
			i.Span = r.Span
			if p.Project.Local(i) != "" {
				continue
			}
			pinned := pinVersionOf(p, i)
			p.Report(lint.Finding{
				Span:    r.Span,
				Message: pinned.Explained(fmt.Sprintf("%s is whatever version it is today; name the version, as in %s", quoteShort(r.Text), quoteShort(i.Name()+":<version>"))),
				Fixes:   pinned.Fixes,
			})
		}
	}
}

// namesImage reports whether a name that no stage has is that of an image: with a
// registry, an owner or a tag, or one that everybody knows.
func namesImage(name string) bool {
	return strings.ContainsAny(name, "/.:") || isOfficialImage(name)
}
