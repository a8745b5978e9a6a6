package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/bake"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// place is where a name stands: a stage, a variable, a service, an anchor, a target.
type place struct {
	// id is the same for all places of one thing.
	id   string
	span text.Span
	// defines is set for the place that makes the thing.
	defines bool
}

// maxPlaces bounds the places of a document that are looked at.
const maxPlaces = 50_000

// places are those of all names in a document, each use with what it means there.
func (v *view) places() []place {
	switch {
	case v.docker != nil:
		return append(v.stagePlaces(), v.variablePlaces()...)
	case v.yaml != nil:
		return append(v.servicePlaces(), anchorPlaces(v.yaml)...)
	case v.bake != nil:
		return bakePlaces(v.bake)
	}
	return nil
}

// stagePlaces are the stages of a Dockerfile, where they are named and used.
func (v *view) stagePlaces() (all []place) {
	for _, stage := range v.docker.Stages() {
		id := fmt.Sprint("stage ", stage.Index)
		at := stage.NameSpan
		if stage.Name == "" {
			at = stage.From.KeywordSpan
		}
		all = append(all, place{id, at, true})
		for _, ref := range v.docker.ReferencesTo(stage) {
			all = append(all, place{id, ref.Span, false})
		}
		if stage.Parent != nil {
			all = append(all, place{fmt.Sprint("stage ", stage.Parent.Index), stage.Image.Span, false})
		}
	}
	return all
}

// variablePlaces are the ARGs and ENVs of a Dockerfile. An ARG of a stage without a default
// is a use of the one above the first FROM.
func (v *view) variablePlaces() (all []place) {
	f := v.docker
	same := map[int]string{} // the id by the offset of a definition
	id := func(at text.Span) string {
		if name, ok := same[at.Start]; ok {
			return name
		}
		return fmt.Sprint("variable ", at.Start)
	}
	stages := f.Stages()
	for _, in := range f.Instructions {
		if len(all) > maxPlaces {
			break
		}
		if in.Keyword == "arg" || in.Keyword == "env" {
			for _, p := range in.Pairs {
				isUse := false
				inStage := len(stages) > 0 && f.StageOf(in) != nil
				if in.Keyword == "arg" && !p.HasValue && inStage {
					if global, ok := f.ScopeAt(stages[0].From).Lookup(p.Key); ok && global.Instruction != nil {
						same[p.KeySpan.Start], isUse = id(global.Pair.KeySpan), true
					}
				}
				all = append(all, place{id(p.KeySpan), p.KeySpan, !isUse})
			}
		}
		scope := f.ScopeAt(in)
		for _, use := range variableUses(v.text.src, in) {
			if made, ok := scope.Lookup(string(use.Of(v.text.src))); ok && made.Instruction != nil {
				all = append(all, place{id(made.Pair.KeySpan), use, false})
			}
		}
	}
	return all
}

// variableUses are the names after a dollar sign in an instruction.
func variableUses(src []byte, in *dockerfile.Instruction) (uses []text.Span) {
	for i := in.Span.Start; i+1 < in.Span.End; i++ {
		switch src[i] {
		case '\\':
			i++
			continue
		case '$':
		default:
			continue
		}
		start := i + 1
		if src[start] == '{' {
			start++
		}
		end := start
		for end < in.Span.End && isNameByte(src[end]) {
			end++
		}
		if end > start {
			uses = append(uses, text.Span{Start: start, End: end})
		}
		i = max(i, end-1)
	}
	return uses
}

func isNameByte(c byte) bool {
	return c == '_' || ('0' <= c && c <= '9') || isLetter(c)
}

func isLetter(c byte) bool {
	lower := c | 0x20
	return 'a' <= lower && lower <= 'z'
}

// servicePlaces are the services of a Compose file and what the top level defines for them.
func (v *view) servicePlaces() (all []place) {
	root := v.yaml.Root()
	if root == nil {
		return nil
	}
	defined := map[string]bool{}
	for _, section := range []string{"services", "networks", "volumes", "secrets", "configs"} {
		for _, p := range pairsOf(root, section) {
			id := section + " " + p.Key.Value
			defined[id] = true
			all = append(all, place{id, p.Key.Span, true})
		}
	}
	use := func(section, name string, at text.Span) {
		if id := section + " " + name; defined[id] {
			all = append(all, place{id, at, false})
		}
	}
	for _, service := range pairsOf(root, "services") {
		uses(service.Value, use)
	}
	return all
}

// uses are the names that a service uses.
func uses(service *yaml.Node, use func(section, name string, at text.Span)) {
	for key, section := range map[string]string{
		"depends_on": "services", "links": "services", "volumes_from": "services", "networks": "networks", "secrets": "secrets", "configs": "configs", "volumes": "volumes",
	} {
		for _, p := range pairsOf(service, key) {
			use(section, p.Key.Value, p.Key.Span)
		}
		for _, n := range itemsOf(service, key) {
			if source := ownValue(n, "source"); source != nil {
				n = source
			}
			name, _, _ := strings.Cut(n.Value, ":")
			use(section, name, n.Span)
		}
	}
	if mode := ownValue(service, "network_mode"); mode != nil {
		if name, ok := strings.CutPrefix(mode.Value, "service:"); ok {
			use("services", name, mode.Span)
		}
	}
	extends := ownValue(service, "extends")
	if from := ownValue(extends, "service"); from != nil && ownValue(extends, "file") == nil {
		extends = from
	}
	if extends != nil && extends.Kind == yaml.Scalar {
		use("services", extends.Value, extends.Span)
	}
}

// ownValue is the value of a key that a mapping itself has; nil if there is none.
func ownValue(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.Mapping {
		return nil
	}
	if p := n.Own(key); p != nil {
		return p.Value
	}
	return nil
}

func pairsOf(n *yaml.Node, key string) []*yaml.Pair {
	if value := ownValue(n, key); value != nil && value.Kind == yaml.Mapping {
		return value.Pairs
	}
	return nil
}

func itemsOf(n *yaml.Node, key string) []*yaml.Node {
	if value := ownValue(n, key); value != nil && value.Kind == yaml.Sequence {
		return value.Items
	}
	return nil
}

// anchorPlaces are the anchors of a YAML file and their aliases.
func anchorPlaces(f *yaml.File) (all []place) {
	id := func(n *yaml.Node) string { return fmt.Sprint("anchor ", n.AnchorSpan.Start) }
	for _, d := range f.Documents {
		if d.Root == nil {
			continue
		}
		d.Root.Walk(func(n *yaml.Node) bool {
			if n.Anchor != "" {
				all = append(all, place{id(n), n.AnchorSpan, true})
			}
			return len(all) < maxPlaces
		})
	}
	for _, alias := range f.Aliases() {
		if alias.Target != nil {
			all = append(all, place{id(alias.Target), alias.Span, false})
		}
	}
	return all
}

// bakePlaces are the targets and groups of a bake file.
func bakePlaces(f *bake.File) (all []place) {
	for _, b := range f.Blocks {
		if b.Kind == "target" || b.Kind == "group" {
			all = append(all, place{"target " + b.Name, b.NameSpan, true})
		}
		for _, key := range []string{"inherits", "targets"} {
			if a := b.Get(key); a != nil {
				for _, item := range a.Value.Items {
					all = append(all, place{"target " + item.Text, item.Span, false})
				}
			}
		}
	}
	return all
}

// at are the places of what stands at an offset; the smallest one counts.
func (v *view) at(offset int) []place {
	all := v.places()
	found := -1
	for i, p := range all {
		if p.span.Start <= offset && offset <= p.span.End && (found < 0 || p.span.Len() < all[found].span.Len()) {
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	var same []place
	for _, p := range all {
		if p.id == all[found].id {
			same = append(same, p)
		}
	}
	return same
}

// locations are those of a document's places.
func (v *view) locations(all []place, wanted func(place) bool) []location {
	found := []location{}
	seen := map[text.Span]bool{}
	for _, p := range all {
		if wanted(p) && !seen[p.span] {
			seen[p.span] = true
			found = append(found, location{v.doc.uri, v.textRange(p.span)})
		}
	}
	return found
}

// definition answers textDocument/definition.
func (s *server) definition(ctx context.Context, p *positionParams) ([]location, error) {
	v, err := s.look(ctx, p.TextDocument.URI)
	if v == nil {
		return []location{}, err
	}
	return v.locations(v.at(v.offset(p.Position)), func(p place) bool { return p.defines }), nil
}

// references answers textDocument/references.
func (s *server) references(ctx context.Context, p *referenceParams) ([]location, error) {
	v, err := s.look(ctx, p.TextDocument.URI)
	if v == nil {
		return []location{}, err
	}
	return v.locations(v.at(v.offset(p.Position)), func(one place) bool { return p.Context.IncludeDeclaration || !one.defines }), nil
}
