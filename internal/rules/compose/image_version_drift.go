package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ImageVersionDrift reports images that a project uses in two versions, in its Compose
// files and in the Dockerfiles that they build. It compares the number before the
// first dash, and `3.13` is the same version as `3.13.1`.
//
// # Why it matters
//
// Parts of the project run on different versions, so what works in one, such as the
// tests, can fail in the other.
//
// The rule is off by default, because two versions can be intended.
//
// # How to fix it
//
// Use one version in all files, for example with a variable:
//
//	image: postgres:${PG_VERSION:-17}
var ImageVersionDrift = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "image-version-drift",
		Title:    "Project uses two versions of the same image",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkImageVersionDrift,
}

// imageUse is a place that names an image with a version.
type imageUse struct {
	name, version string
	// span is the place in the Compose file, empty for another file.
	span    text.Span
	related lint.Related
}

func checkImageVersionDrift(p *facts.Pass[*facts.Compose]) {
	var own, others []imageUse
	for _, s := range p.Doc.All() {
		if use, ok := useOf(s.Image()); ok && !s.Has("build") {
			use.span, use.related = s.Value("image").Span, lint.Related{Span: s.Value("image").Span, Message: "the other version"}
			own = append(own, use)
		}
	}
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		section, _ := s.Build()
		for _, site := range b.File.ImageSites() {
			if use, ok := useOf(site.Image, true); ok && site.Kind != facts.SyntaxSite {
				use.span, use.related = section.Pair.Key.Span, inDockerfile(b, site.Image.Span, "the other version")
				own = append(own, use)
			}
		}
	})
	for _, near := range p.Project.ComposeFiles(p.Doc) {
		for _, s := range near.All() {
			if use, ok := useOf(s.Image()); ok && !s.Has("build") {
				use.related = lint.Related{Source: near.Source, Span: s.Value("image").Span, Message: "the other version"}
				others = append(others, use)
			}
		}
	}
	// Each version of an image counts once, where it is named first.
	uses := map[string][]imageUse{}
	seen := map[[2]string]bool{}
	for _, use := range slices.Concat(own, others) {
		if key := [2]string{use.name, use.version}; !seen[key] {
			seen[key] = true
			uses[use.name] = append(uses[use.name], use)
		}
	}
	for _, use := range own {
		all := uses[use.name]
		if len(all) == 0 || use.version != all[0].version {
			continue
		}
		uses[use.name] = all[1:]
		for _, other := range all[1:] {
			if isSameVersion(use.version, other.version) {
				continue
			}
			delete(uses, use.name) // said once
			f := lint.Finding{
				Span:    use.span,
				Message: fmt.Sprintf("%s is used in versions %s and %s, so parts of the project can behave differently; use one version", shortText(use.name), shortText(use.version), shortText(other.version)),
				Related: []lint.Related{other.related},
			}
			if use.related.Source != nil {
				f.Related = append(f.Related, use.related)
			}
			p.Report(f)
			break
		}
	}
}

// useOf reads the version of an image from its tag; ok is false for one without.
func useOf(i facts.Image, ok bool) (imageUse, bool) {
	version, _, _ := strings.Cut(strings.TrimPrefix(i.Tag, "v"), "-")
	if !ok || !i.Known || version == "" || strings.Trim(version, "0123456789.") != "" {
		return imageUse{}, false
	}
	return imageUse{name: i.Name(), version: version}, true
}

// isSameVersion reports whether two versions are the same, as far as both are written.
func isSameVersion(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}
