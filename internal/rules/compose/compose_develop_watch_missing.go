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

// ComposeDevelopWatchMissing finds a service that is built and mounts its own
// source. With develop.watch Compose copies what changes into the container, and
// builds again when the dependencies do: what the image has installed stays as it
// is, and file systems of other systems are not in the way.
//
// Off by default: a mount is a way to work, and no defect. Silent in files for
// production.
var ComposeDevelopWatchMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-develop-watch-missing",
		Title:    "A service mounts its source and does not watch it",
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
				Message: fmt.Sprintf("%q is mounted over what the image was built with; develop.watch copies changes and builds again when the dependencies change", shortText(m.Source)),
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
// lock files beside the Dockerfile that are there.
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
