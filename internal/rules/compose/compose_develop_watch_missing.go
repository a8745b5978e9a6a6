package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDevelopWatchMissing reports services that Compose builds, and that mount
// their own source folder instead of watching it.
//
// # Why it matters
//
// A mount hides what the image installed in that folder. On macOS and Windows, it is also
// slow, because containers run in a virtual machine there. With `develop.watch`, Compose
// copies changed files into the container, and rebuilds the image when its
// dependencies change.
//
// The rule is off by default, because a mount is a common way to develop and not a
// defect.
//
// # How to fix it
//
// Add a watch section, and start with `docker compose watch`:
//
//	develop:
//	  watch:
//	    - action: sync
//	      path: ./src
//	      target: /app/src
//	    - action: rebuild
//	      path: pyproject.toml
//
// # Exceptions
//
// It does not report:
//
//   - read-only mounts
//   - mounts of other folders than the build context, its `src` and its `app`, such as
//     folders of data or settings
var ComposeDevelopWatchMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-develop-watch-missing",
		Title:    "Service mounts its source and has no develop.watch",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeDevelopWatchMissing,
}

func checkComposeDevelopWatchMissing(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		if !ok || s.Has("develop") || !s.MountsSource() {
			continue
		}
		for _, m := range s.AllMounts() {
			if m.Kind != compose.RelativePath || m.ReadOnly || !m.Known {
				continue
			}
			f := lint.Finding{
				Span:    m.Span,
				Message: fmt.Sprintf("%q hides files of the image, so new dependencies are missing until somebody rebuilds; use develop.watch, which copies changes and rebuilds the image", shortText(m.Source)),
			}
			if code, ok := watchCode(p, b, m); ok && s.Owns(b.Pair) {
				edits, ok := p.Doc.File.InsertAfter(b.Pair, code)
				f.Fixes = yamlFix("add develop.watch", lint.Unsafe, edits, ok, "services.*.develop")
			}
			p.Report(f)
			break
		}
	}
}

// watchCode is the section that watches a mounted folder, and the manifests and
// lock files of the build context that exist.
func watchCode(p *facts.Pass[*facts.Compose], b compose.Build, m compose.Mount) (string, bool) {
	if !yaml.PlainString(m.Source, false) || !yaml.PlainString(m.Target, false) || !p.Files.Known() {
		return "", false
	}
	code := "develop:\n  watch:\n    - action: sync\n      path: " + m.Source + "\n      target: " + m.Target
	folder := "."
	if b.Context.Exists() && b.Context.Known {
		folder = b.Context.Text
	}
	for _, name := range manifestNames {
		at := path.Join(folder, name)
		if _, ok := p.Files.Exists(at); ok && yaml.PlainString(at, false) {
			code += "\n    - action: rebuild\n      path: " + at
		}
	}
	return code, !slices.Contains([]string{"/", ""}, m.Target)
}

// manifestNames are the files that say what a program depends on.
var manifestNames = []string{"pyproject.toml", "uv.lock", "requirements.txt", "package.json", "package-lock.json", "go.mod", "Cargo.toml", "Gemfile.lock", "composer.lock"}
