package compose

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeWatchWithoutManifestRebuild reports `develop.watch` sections that copy source
// files and have no `rebuild` for the lock file or, without one, for the manifest of
// the project, such as `uv.lock`, `pyproject.toml`, `package-lock.json`,
// `package.json` or `go.mod`.
//
// # Why it matters
//
// After a change of the dependencies, the container runs the new sources with the old
// packages, and fails or behaves differently than a fresh build.
//
// # How to fix it
//
// Add a rule that rebuilds the image:
//
//	develop:
//	  watch:
//	    - action: rebuild
//	      path: uv.lock
//
// # Exceptions
//
// It does not report:
//
//   - a `rebuild` that watches the whole folder
//   - a manifest that is not copied, where a `rebuild` watches the manifest of another
//     folder, as in a workspace
//   - manifests that the Dockerfile does not name
var ComposeWatchWithoutManifestRebuild = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-watch-without-manifest-rebuild",
		Title:    "Changed dependencies do not rebuild the image",
		Category: lint.Python,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeWatchWithoutManifestRebuild,
}

func checkComposeWatchWithoutManifestRebuild(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		rules := s.Watch()
		if !ok || !slices.ContainsFunc(rules, syncs) || b.IsRemote() {
			continue
		}
		folder := "."
		if b.Context.Exists() {
			folder = path.Clean(b.Context.Text)
		}
		around, err := p.Project.Context(folder, b.Dockerfile.Text)
		if err != nil {
			p.Skip(err.Error())
			return
		}
		for _, name := range manifestsOf(around) {
			name = path.Join(folder, name)
			if slices.ContainsFunc(rules, func(w compose.WatchRule) bool { return rebuildsFor(w, name) }) {
				continue
			}
			// A member of a workspace has its own manifest, which is watched; that of the
			// whole counts only if it gets into the container.
			if slices.ContainsFunc(rules, func(w compose.WatchRule) bool {
				return rebuilds(w) && path.Dir(path.Clean(w.Path.Text)) != path.Dir(name)
			}) &&
				!slices.ContainsFunc(rules, func(w compose.WatchRule) bool { return syncs(w) && watches(w, name) }) {
				continue
			}
			f := lint.Finding{
				Span:    p.Doc.View.Pair(s.Get("develop"), "watch").Key.Span,
				Message: fmt.Sprintf("when %q changes, the container keeps its old packages; add a rule with the action rebuild", shortText(name)),
			}
			list := s.Get("develop", "watch")
			if pair := p.Doc.View.Pair(s.Get("develop"), "watch"); pair.Value.Kind == yaml.Sequence && list.Style == yaml.Block {
				edits, ok := p.Doc.File.Append(list, "action: rebuild\npath: "+name)
				f.Fixes = yamlFix("rebuild when "+name+" changes", lint.Unsafe, edits, ok && yaml.PlainString(name, false), "services.*.develop.watch")
			}
			p.Report(f)
		}
	}
}

// manifestsOf lists for each package manager of a context the file that says
// what is installed, if the Dockerfile names it: others are another image's.
func manifestsOf(c *facts.BuildContext) []string {
	var names []string
	file := c.Dockerfile()
	if file == nil {
		return nil
	}
	for _, group := range [][]string{
		{"uv.lock", "poetry.lock", "pyproject.toml"},
		{"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "package.json"},
		{"go.mod"},
	} {
		for _, name := range group {
			if _, ok := c.Files.Exists(name); ok {
				if bytes.Contains(file.Src, []byte(name)) {
					names = append(names, name)
				}
				break
			}
		}
	}
	return names
}

// rebuildsFor reports whether a rule rebuilds the image, or may, when a file
// changes.
func rebuildsFor(w compose.WatchRule, name string) bool {
	return (!w.Action.Exists() || !w.Action.Known || rebuilds(w)) && watches(w, name)
}

func rebuilds(w compose.WatchRule) bool { return w.Action.Text == "rebuild" }

func syncs(w compose.WatchRule) bool { return strings.HasPrefix(w.Action.Text, "sync") }

// watches reports whether a rule watches a file, or may.
func watches(w compose.WatchRule, name string) bool {
	if !w.Path.Known {
		return true
	}
	watched := path.Clean(w.Path.Text)
	return watched == "." || isBelow(name, watched)
}
