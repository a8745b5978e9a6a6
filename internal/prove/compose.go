package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Compose compares edits of one compose file by the model that Compose makes of
// it, in two worlds: with no variable set, and with each set to "1", which fits
// most places. One goroutine at a time may use it.
type Compose struct {
	src     []byte
	before  []loadedModel
	refused string
	// unread is set for a file that is no YAML as it is.
	unread bool
	left   int
}

// loadedModel is what a file loads to, or why it does not load.
type loadedModel struct {
	tree map[string]any
	err  error
}

// variables are the worlds in which files are loaded.
func variables() []func(string) (string, bool) {
	return []func(string) (string, bool){nil, func(string) (string, bool) { return "1", true }}
}

// reading is up to how many bytes one reading of the budget loads: the loader's
// time goes with the size, and a file of a megabyte would take minutes.
const reading = 16 << 10

// NewCompose prepares the proofs of edits to a compose file. budget bounds how
// often files are loaded; a large file counts several times.
func NewCompose(src []byte, budget int) *Compose {
	p := &Compose{src: src, left: budget}
	if err := yaml.Parse(src, text.NewLineIndex(src)).Err; err != nil {
		p.unread, p.refused = true, "the file is no YAML that can be read: "+bounded(err.Message)
	}
	return p
}

// Compare says what changes in the model when the file becomes after.
func (p *Compose) Compare(ctx context.Context, after []byte) Verdict {
	err := yaml.Parse(after, text.NewLineIndex(after)).Err
	switch {
	case bytes.Equal(p.src, after):
		return Verdict{}
	case err != nil && !p.unread:
		v := unknown("the file is no YAML after the fix: " + bounded(err.Message))
		v.Broken = true
		return v
	case p.refused != "":
		return unknown(p.refused)
	case marks(p.src) != marks(after):
		return unknown("the file changes what it takes away from another one")
	case p.left < readings(p.src)+readings(after):
		return unknown(fmt.Sprintf("more than %d readings of %d bytes would be needed", Budget, reading))
	}
	if p.before == nil {
		p.before = p.load(p.src)
	}
	v := Verdict{}
	for i, changed := range p.load(after) {
		before := p.before[i]
		switch {
		case ctx.Err() != nil:
			return unknown("the run was stopped")
		case before.err != nil && i == 0:
			return unknown("Compose does not load the file as it is: " + oneLine(before.err))
		case before.err != nil:
			v.LeftOut++
			continue
		case changed.err != nil:
			v := unknown("Compose does not load the file after the fix: " + oneLine(changed.err))
			v.Broken = true
			return v
		}
		differIn(nil, before.tree, changed.tree, &v)
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

// load makes the models of a file, one for each world.
func (p *Compose) load(src []byte) []loadedModel {
	var models []loadedModel
	p.left -= readings(src)
	for _, lookup := range variables() {
		tree, err := model.Load(src, lookup)
		models = append(models, loadedModel{tree, err})
	}
	return models
}

// readings is what the models of a file cost.
func readings(src []byte) int { return len(variables()) * (1 + len(src)/reading) }

// marks counts the marks by which a file takes away what another one has:
// the model of the file alone does not show them.
func marks(src []byte) int {
	return bytes.Count(src, []byte("!reset")) + bytes.Count(src, []byte("!override"))
}

// differIn adds to the verdict what differs between two models below a path, in
// words as "path: old -> new".
func differIn(path []string, before, after any, v *Verdict) {
	below := func(name string) []string { return append(slices.Clone(path), name) }
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
			differIn(below(k), a[k], b[k], v)
		}
		return
	}
	x, isList := before.([]any)
	y, bothLists := after.([]any)
	if isList && bothLists {
		for i := range max(len(x), len(y)) {
			differIn(below(fmt.Sprintf("[%d]", i)), at(x, i), at(y, i), v)
		}
		return
	}
	if was, is := shownValue(before), shownValue(after); was != is {
		v.Paths = append(v.Paths, path)
		v.Details = append(v.Details, bounded(strings.ReplaceAll(strings.Join(path, "."), ".[", "[")+": "+was+" -> "+is))
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
