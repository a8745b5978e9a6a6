package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Compose compares edits of one compose file by the model that Compose makes of
// it: with no variable set, with those set to "1" that have no default, and with
// all set so, which fits most places. Of an image that gives way to another one
// it says what the registry said of both; a build argument's new value is compiled
// with the Dockerfile that it is for. One goroutine at a time may use it.
type Compose struct {
	file    ComposeFile
	worlds  []lookup
	wanted  map[string]bool // by the second world
	before  []loadedModel
	refused string
	// unread is set for a file that is no YAML as it is.
	unread       bool
	budget, left int
	loads        int // what loading the file as it is costs
	said         registry
	// after has the models of the bytes that were compared last.
	after []loadedModel
	last  []byte
	// doc is read when a build argument changes.
	doc     *facts.Compose
	project *facts.Project
}

// ComposeFile is a file to prove edits of.
type ComposeFile struct {
	Src []byte
	// Name is the file's path, Around the gate to what lies beside it; nil where
	// nothing is known of that.
	Name   string
	Around lint.Context
}

// loadedModel is what a file loads to, or why it does not load.
type loadedModel struct {
	tree map[string]any
	err  error
	// inconsistent is what Compose has against the project as a whole.
	inconsistent error
}

// maxSettings is how many worlds there are at most.
const maxSettings = 3

// lookup gives variables their values.
type lookup func(name string) (string, bool)

// wantedBy are the variables of a file that have no default somewhere.
func wantedBy(src []byte) map[string]bool {
	wanted := map[string]bool{}
	for _, d := range yaml.Parse(src, text.NewLineIndex(src)).Documents {
		d.Root.Walk(func(n *yaml.Node) bool {
			if n.Kind == yaml.Scalar && strings.IndexByte(n.Value, '$') >= 0 {
				for _, v := range compose.ParseTemplate(n.Value).Variables() {
					if !v.HasDefault() {
						wanted[v.Name] = true
					}
				}
			}
			return true
		})
	}
	return wanted
}

// settings are the worlds in which a file is loaded: nothing set, what has no
// default set to "1", all of it. Many files load in the second one only, since
// they want a port or a password.
func settings(wanted map[string]bool) []lookup {
	all := func(string) (string, bool) { return "1", true }
	if len(wanted) == 0 {
		return []lookup{nil, all}
	}
	return []lookup{nil, func(name string) (string, bool) { return "1", wanted[name] }, all}
}

// reading is up to how many bytes of keys and values one reading of the budget loads:
// the loader's time goes with their number, what aliases stand for included. Of long
// values a quarter counts.
const reading = 4 << 10

// NewCompose prepares the proofs of edits to a compose file. budget bounds how
// often files are loaded or compiled; a large file counts several times. asked is
// as for New.
func NewCompose(f ComposeFile, budget int, asked lint.Registry) *Compose {
	p := &Compose{file: f, budget: budget, left: budget, said: registry{asked}}
	if err := yaml.Parse(f.Src, text.NewLineIndex(f.Src)).Err; err != nil {
		p.unread, p.refused = true, "the file is not valid YAML: "+bounded(err.Message)
		return p
	}
	over := ""
	if p.loads, over = loads(f.Src); over != "" {
		p.refused = "Compose's loader did not get the file: " + over
	}
	return p
}

// Next prepares the proofs of edits to the file as it is after an edit, with what is
// left of the budget. What was loaded of it already counts for the next proof too.
func (p *Compose) Next(after []byte) *Compose {
	file := p.file
	file.Src = after
	next := NewCompose(file, p.left, p.said.asked)
	next.budget = p.budget
	if p.after == nil || !bytes.Equal(after, p.last) {
		return next
	}
	if wanted := wantedBy(after); maps.Equal(wanted, p.wanted) {
		next.worlds, next.wanted, next.before = p.worlds, wanted, p.after
	}
	return next
}

// Compare says what changes in the model when the file becomes after.
func (p *Compose) Compare(ctx context.Context, after []byte) Verdict {
	switch {
	case bytes.Equal(p.file.Src, after):
		return Verdict{}
	case p.left < compilations(after):
		return p.spent()
	}
	p.left -= compilations(after) // to read it
	err := yaml.Parse(after, text.NewLineIndex(after)).Err
	switch {
	case err != nil && !p.unread:
		v := unknown("the file is not valid YAML after the fix: " + bounded(err.Message))
		v.Broken = true
		return v
	case p.refused != "":
		return unprovable(p.refused)
	case marks(p.file.Src) != marks(after):
		return unknown("the file changes what it removes from another one")
	}
	each, over := loads(after)
	needed := maxSettings * each
	if p.before == nil {
		needed += maxSettings * p.loads
	}
	switch {
	case over != "":
		return unknown("Compose's loader did not get the file after the fix: " + over)
	case p.left < needed:
		return p.spent()
	}
	if p.before == nil {
		p.wanted = wantedBy(p.file.Src)
		p.worlds = settings(p.wanted)
		p.before = p.load(p.file.Src, p.loads)
	}
	v := Verdict{}
	if defaults := p.before[:len(p.before)-1]; !slices.ContainsFunc(defaults, func(m loadedModel) bool { return m.err == nil }) {
		return unprovable("Compose does not load the file as it is: " + oneLine(defaults[len(defaults)-1].err))
	}
	p.last, p.after = after, p.load(after, each)
	for i, changed := range p.after {
		before := p.before[i]
		switch {
		case ctx.Err() != nil:
			return unknown("the run was stopped")
		case before.err != nil:
			v.LeftOut++
			continue
		case changed.err != nil:
			v := unknown("Compose does not load the file after the fix: " + oneLine(changed.err))
			v.Broken = true
			return v
		case before.inconsistent == nil && changed.inconsistent != nil:
			v := unknown("Compose refuses the project after the fix: " + oneLine(changed.inconsistent))
			v.Broken = true
			return v
		}
		p.class(ctx, before.tree, changed.tree, &v)
	}
	if v.Effect > lint.EffectConfig && len(v.Details) > len(v.Sources) {
		v.Effect = lint.EffectGraph // other things change too: no class has both
	}
	slices.Sort(v.Details)
	v.Details = slices.Compact(v.Details)
	return v
}

func (p *Compose) spent() Verdict {
	v := unknown(fmt.Sprintf("more than %d readings of %d bytes would be needed", p.budget, reading))
	v.Spent = true
	return v
}

// Left is what is left of the budget.
func (p *Compose) Left() int { return max(p.left, 0) }

// load makes the models of a file, one for each world; each is what one costs.
func (p *Compose) load(src []byte, each int) []loadedModel {
	var models []loadedModel
	p.left -= len(p.worlds) * each
	for _, world := range p.worlds {
		tree, inconsistent, err := model.LoadChecked(src, world)
		models = append(models, loadedModel{tree, err, inconsistent})
	}
	return models
}

// loads is what one model of a file costs, or why the loader is not given the file. One
// that cannot be decoded costs what its bytes do.
func loads(src []byte) (cost int, over string) {
	content, err := model.Decode(src)
	if err != nil {
		return 1 + len(src)/reading, ""
	}
	if over := tooCostly(content); over != "" {
		return 0, over
	}
	return 1 + max(weight(content)*nodeBytes, len(src)/4)/reading, ""
}

// marks counts the marks by which a file takes away what another one has:
// the model of the file alone does not show them.
func marks(src []byte) int {
	return bytes.Count(src, []byte("!reset")) + bytes.Count(src, []byte("!override"))
}

// class adds to the verdict what differs between two models.
func (p *Compose) class(ctx context.Context, before, after map[string]any, v *Verdict) {
	builds := map[string]bool{}
	changes := changesBetween(before, after)
	// Compose reads nothing of what begins with x-: it is there to be referred to,
	// and what it changes elsewhere is in the model too.
	if read := slices.DeleteFunc(slices.Clone(changes), change.isExtension); len(read) > 0 {
		changes = read
	}
	for _, c := range changes {
		v.Paths = append(v.Paths, c.path)
		from, isText := c.before.(string)
		to, bothText := c.after.(string)
		texts := isText && bothText && len(c.path) >= 3 && c.path[0] == "services"
		switch {
		case texts && c.namesImage(before):
			effect, refreshed, doubt := p.said.differ(strings.TrimPrefix(from, imageScheme), strings.TrimPrefix(to, imageScheme))
			v.addSource(SourceChange{effect, c.String() + doubt}, refreshed)
		case texts && len(c.path) == 5 && c.path[2] == "build" && c.path[3] == "args":
			if service := c.path[1]; !builds[service] {
				builds[service] = true
				p.classBuild(ctx, c, before, after, v)
			}
		default:
			v.addConfig(c.String())
		}
	}
}

// namesImage reports whether a value of a service is an image: its own, one that it
// mounts, or a context of its build. model is the one before.
func (c change) namesImage(model map[string]any) bool {
	switch {
	case len(c.path) == 3:
		return c.path[2] == "image"
	case len(c.path) != 5:
		return false
	case c.path[2] == "volumes":
		return c.path[4] == "source" && mountType(model, c.path[1], c.path[3]) == "image"
	}
	return c.path[2] == "build" && c.path[3] == "additional_contexts"
}

// mountType is the type of a service's mount, given by its place, as in "[0]".
func mountType(model map[string]any, service, place string) string {
	services, _ := model["services"].(map[string]any)
	s, _ := services[service].(map[string]any)
	mounts, _ := s["volumes"].([]any)
	i, err := strconv.Atoi(strings.Trim(place, "[]"))
	if err != nil || i >= len(mounts) {
		return ""
	}
	mount, _ := mounts[i].(map[string]any)
	kind, _ := mount["type"].(string)
	return kind
}

func (v *Verdict) addSource(change SourceChange, refreshed bool) {
	v.Effect = max(v.Effect, change.Effect)
	v.Refreshed = v.Refreshed || refreshed
	v.Sources = append(v.Sources, change)
	v.Details = append(v.Details, change.Detail)
}

func (v *Verdict) addConfig(detail string) {
	v.Effect = max(v.Effect, lint.EffectConfig)
	v.Details = append(v.Details, detail)
}

// change is a value that two models have differently, by its keys.
type change struct {
	path          []string
	before, after any
}

// isExtension reports whether the change is in a section of the file's own, at the
// top or in a service.
func (c change) isExtension() bool {
	return strings.HasPrefix(c.path[0], "x-") || (len(c.path) > 2 && c.path[0] == "services" && strings.HasPrefix(c.path[2], "x-"))
}

// String is "path: old -> new".
func (c change) String() string {
	path := strings.ReplaceAll(strings.Join(c.path, "."), ".[", "[")
	return bounded(path) + ": " + bounded(shownValue(c.before)) + " -> " + bounded(shownValue(c.after))
}

// changesBetween lists what differs between two models.
func changesBetween(before, after any) []change {
	var changes []change
	differIn(nil, before, after, &changes)
	return changes
}

func differIn(path []string, before, after any, changes *[]change) {
	below := func(key string) []string { return append(slices.Clone(path), key) }
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
			differIn(below(k), a[k], b[k], changes)
		}
		return
	}
	x, isList := before.([]any)
	y, bothLists := after.([]any)
	if isList && bothLists {
		for i := range max(len(x), len(y)) {
			differIn(below(fmt.Sprintf("[%d]", i)), at(x, i), at(y, i), changes)
		}
		return
	}
	if shownValue(before) != shownValue(after) {
		*changes = append(*changes, change{path, before, after})
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
