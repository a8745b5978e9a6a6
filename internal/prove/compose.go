package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Compose compares edits of one compose file by the model that Compose makes of
// it, the normalised one that "docker compose config" prints: with all profiles,
// and once without variables, once with each of them set. One goroutine at a time
// may use it.
type Compose struct {
	src     []byte
	worlds  []types.Mapping
	before  []model
	refused string
	// unread is set for a file that is no YAML as it is.
	unread bool
	left   int
}

// model is what a file loads to: a tree of JSON values, or why it does not load.
type model struct {
	tree any
	err  error
}

// NewCompose prepares the proofs of edits to a compose file. budget bounds how
// often files are loaded.
func NewCompose(src []byte, budget int) *Compose {
	p := &Compose{src: src, left: budget, worlds: []types.Mapping{{}}}
	d := compose.Parse(src, text.NewLineIndex(src))
	p.refused, p.unread = readsOthers(d), d.File.Err != nil
	if set := setVariables(d); len(set) > 0 {
		p.worlds = append(p.worlds, set)
	}
	return p
}

// Compare says what changes in the model when the file becomes after.
func (p *Compose) Compare(ctx context.Context, after []byte) Verdict {
	now := compose.Parse(after, text.NewLineIndex(after))
	switch {
	case bytes.Equal(p.src, after):
		return Verdict{}
	case now.File.Err != nil && !p.unread:
		v := unknown("the file is no YAML after the fix: " + bounded(now.File.Err.Message))
		v.Broken = true
		return v
	case p.refused != "":
		return unknown(p.refused)
	case readsOthers(now) != "":
		return unknown("the file takes in another one after the fix")
	case p.left < 2*len(p.worlds):
		return unknown(fmt.Sprintf("more than %d readings would be needed", Budget))
	}
	if p.before == nil {
		for _, w := range p.worlds {
			p.before = append(p.before, p.load(ctx, p.src, w))
		}
	}
	v := Verdict{}
	for i, w := range p.worlds {
		before := p.before[i]
		if before.err != nil {
			if i == 0 {
				return unknown("Compose does not load the file as it is: " + oneLine(before.err))
			}
			v.LeftOut++
			continue
		}
		changed := p.load(ctx, after, w)
		if changed.err != nil {
			v := unknown("Compose does not load the file after the fix: " + oneLine(changed.err))
			v.Broken = true
			return v
		}
		v.Details = append(v.Details, changedPaths(before.tree, changed.tree)...)
	}
	if len(v.Details) == 0 {
		return v
	}
	v.Effect = lint.EffectConfig
	slices.Sort(v.Details)
	v.Details = slices.Compact(v.Details)
	return v
}

// Left is what is left of the budget.
func (p *Compose) Left() int { return max(p.left, 0) }

// load makes the model of a file. It reads no other file and asks nobody: what
// would make it is refused before, or switched off here.
func (p *Compose) load(ctx context.Context, src []byte, variables types.Mapping) (m model) {
	p.left--
	// Its library says on standard error what rules say in reports.
	logrus.SetOutput(io.Discard)
	defer func() {
		if r := recover(); r != nil {
			m = model{err: fmt.Errorf("the library crashed: %v", r)}
		}
	}()
	project, err := loader.LoadWithContext(ctx, types.ConfigDetails{
		WorkingDir:  "/project",
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: src}},
		Environment: variables,
	}, func(o *loader.Options) {
		o.SetProjectName("project", false)
		o.SkipInclude, o.SkipResolveEnvironment, o.SkipResolveLabels = true, true, true
		o.Profiles = []string{"*"}
		o.ResourceLoaders = nil
	})
	if err != nil {
		return model{err: err}
	}
	encoded, err := json.Marshal(project)
	if err == nil {
		err = json.Unmarshal(encoded, &m.tree)
	}
	m.err = err
	return m
}

// readsOthers says which other file a compose file takes in; empty if it is whole.
func readsOthers(d *compose.Document) string {
	if d.File.Err != nil {
		return "the file is no YAML that can be read: " + bounded(d.File.Err.Message)
	}
	if d.Root != nil && d.View.Pair(d.Root, "include") != nil {
		return "the file includes others, which are not read for the proof"
	}
	for _, s := range d.Services {
		if s.Get("extends", "file") != nil {
			return fmt.Sprintf("%s extends a service of another file, which is not read for the proof", bounded(fmt.Sprintf("%q", s.Name)))
		}
	}
	return ""
}

// maxVariables is how many variables of a file are set for the second world.
const maxVariables = 1000

// setVariables sets each variable of a file to "1", which fits most places: a
// port, a number, a name, a switch.
func setVariables(d *compose.Document) types.Mapping {
	set := types.Mapping{}
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if n == nil || len(set) > maxVariables {
			return
		}
		switch n.Kind {
		case yaml.Scalar:
			if strings.Contains(n.Value, "$") {
				for name := range template.ExtractVariables(map[string]any{"x": n.Value}, template.DefaultPattern) {
					set[name] = "1"
				}
			}
		case yaml.Mapping:
			for _, pair := range n.Pairs {
				visit(pair.Value)
			}
		case yaml.Sequence:
			for _, item := range n.Items {
				visit(item)
			}
		default: // an alias stands for what is visited where it is written
		}
	}
	for _, doc := range d.File.Documents {
		visit(doc.Root)
	}
	return set
}

// changedPaths lists what differs between two models, as "path: old -> new".
func changedPaths(before, after any) []string {
	var changes []string
	differIn("", before, after, &changes)
	return changes
}

func differIn(path string, before, after any, changes *[]string) {
	a, isMap := before.(map[string]any)
	b, bothMaps := after.(map[string]any)
	if isMap && bothMaps {
		keys := slices.Collect(maps.Keys(a))
		for k := range b {
			if _, both := a[k]; !both {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		for _, k := range keys {
			differIn(strings.TrimPrefix(path+"."+k, "."), a[k], b[k], changes)
		}
		return
	}
	x, isList := before.([]any)
	y, bothLists := after.([]any)
	if isList && bothLists {
		for i := range max(len(x), len(y)) {
			differIn(fmt.Sprintf("%s[%d]", path, i), at(x, i), at(y, i), changes)
		}
		return
	}
	if was, is := shownValue(before), shownValue(after); was != is {
		*changes = append(*changes, bounded(path+": "+was+" -> "+is))
	}
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// shownValue is a value in a detail; what is not there is "none".
func shownValue(v any) string {
	if v == nil {
		return "none"
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(encoded)
}
