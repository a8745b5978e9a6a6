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

// ComposeWatchSyncsVenv finds develop.watch rules that synchronise a folder with
// an environment in it, .venv or node_modules, and do not ignore it.
//
// What was installed on the developer's machine then overwrites what the image
// built for itself: another platform, other paths. Add it to the rule's ignore
// list.
//
// It is there if the folder has it, or has the manifest of uv or npm. Silent
// where .dockerignore leaves it out, which Compose applies too, and for rules
// with an include list.
var ComposeWatchSyncsVenv = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-watch-syncs-venv",
		Title:    "The local environment is copied into the container",
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
					Message: fmt.Sprintf("%q of this machine is copied over that of the container, which was built for it; add it to the rule's ignore list", name),
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

// leftOutOfBuild tells whether the ignore file of a service's build keeps a path,
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
		return true // nobody knows
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
