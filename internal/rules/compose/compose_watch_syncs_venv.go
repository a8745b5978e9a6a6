package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeWatchSyncsVenv reports rules of `develop.watch` that copy a folder with
// `.venv`, `venv` or `node_modules` into the container and do not ignore it. The
// folder counts as having one if it exists there, or if the folder has the manifest of
// uv or npm.
//
// # Why it matters
//
// The packages of the developer's machine overwrite those that the image built for
// itself. They can be for another platform and have other paths, so the program in the
// container fails.
//
// # How to fix it
//
// Ignore the folder:
//
//	develop:
//	  watch:
//	    - action: sync
//	      path: .
//	      target: /app
//	      ignore: [.venv/]
//
// # Exceptions
//
// It does not report:
//
//   - folders that `.dockerignore` excludes, which Compose applies too
//   - rules with an `include` list
var ComposeWatchSyncsVenv = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-watch-syncs-venv",
		Title:    "Local packages are copied into the container",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeWatchSyncsVenv,
}

func checkComposeWatchSyncsVenv(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, w := range s.Watch() {
			if !strings.HasPrefix(w.Action.Text, "sync") || !w.Path.Exists() || !w.Path.Known || len(w.Include) > 0 {
				continue
			}
			if !p.Files.Known() {
				p.Skip(facts.ErrNoFiles.Error())
				return
			}
			for _, name := range syncedEnvironments(p, s, w) {
				f := lint.Finding{
					Span:    w.Path.Span,
					Message: fmt.Sprintf("%q of this machine is copied over the one in the container, which can have another platform; add it to the ignore list of the rule", name),
				}
				edits, ok := ignoreInWatch(p.Doc, w, name+"/")
				f.Fixes = yamlFix("ignore "+name, lint.Safe, edits, ok, "services.*.develop.watch")
				p.Report(f)
			}
		}
	}
}

// syncedEnvironments lists the environments in the folder of a rule that nothing
// ignores.
func syncedEnvironments(p *facts.Pass[*facts.Compose], s *facts.ComposeService, w compose.WatchRule) []string {
	var lines []string
	for _, v := range w.Ignore {
		lines = append(lines, v.Text)
	}
	ignore := ignorefile.Parse([]byte(strings.Join(lines, "\n")))
	var names []string
	for _, e := range []struct{ name, manifests string }{{".venv", "uv.lock pyproject.toml"}, {"venv", ""}, {"node_modules", "package.json"}} {
		_, there := p.Files.Exists(path.Join(w.Path.Text, e.name))
		for _, m := range strings.Fields(e.manifests) {
			_, has := p.Files.Exists(path.Join(w.Path.Text, m))
			there = there || has
		}
		if _, ignored := ignore.Ignored(e.name); there && !ignored && !leftOutOfBuild(p, s, path.Join(w.Path.Text, e.name)) {
			names = append(names, e.name)
		}
	}
	return names
}

// leftOutOfBuild reports whether the ignore file of a service's build keeps a path,
// from the file's folder, out of it.
func leftOutOfBuild(p *facts.Pass[*facts.Compose], s *facts.ComposeService, name string) bool {
	b, ok := s.Build()
	if !ok {
		return false
	}
	folder := "."
	if b.Context.Exists() {
		folder = path.Clean(b.Context.Text)
	}
	c, err := p.Project.Context(folder, b.Dockerfile.Text)
	if err != nil {
		return true // it is not known
	}
	if folder != "." {
		rest, below := strings.CutPrefix(path.Clean(name), folder+"/")
		if !below {
			return false
		}
		name = rest
	}
	_, ignored := c.Files.Ignored(path.Clean(name))
	return ignored
}

func ignoreInWatch(d *facts.Compose, w compose.WatchRule, name string) ([]text.Edit, bool) {
	p := d.View.Pair(w.Node, "ignore")
	if p == nil {
		code := "ignore:\n  - " + name
		if w.Node.Style == yaml.Flow {
			code = "ignore: [" + name + "]"
		}
		return d.File.Add(w.Node, code)
	}
	if p.Value.Kind != yaml.Sequence {
		return nil, false
	}
	return d.File.Append(p.Value, name)
}
