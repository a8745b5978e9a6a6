package suppress

import (
	"sort"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Extra is a finding about a directive of ours.
type Extra struct {
	// Rule is unknown-ignore or unused-ignore.
	Rule    *lint.Meta
	Finding lint.Finding
	// Suppressed is set where a directive silences this finding in turn.
	Suppressed *lint.Suppression
}

// Apply marks the diagnostics that a directive silences; they are those of
// this very file. metas is the catalogue, in which our own dialect looks names
// up; ran tells whether a rule was enabled and could check this file.
//
// What it returns is wrong with our own directives: names that no rule has, and
// ignores under which nothing was found although their rules ran. A rule of the
// two that metas lacks is not reported; whether it is enabled is the caller's
// to judge. Other tools' directives may be there for the other tool alone.
func (d *Directives) Apply(diags []*lint.Diagnostic, metas []*lint.Meta, ran func(ruleID string) bool) []Extra {
	if d.Empty() {
		return nil
	}
	a := newApplier(d, metas)
	for _, x := range diags {
		x.Suppressed = a.claim(x.Span.Start, x.Rule, x.Variant, true)
	}
	var extras []Extra
	if m := findMeta(metas, unknownIgnore); m != nil {
		for _, f := range a.unknown() {
			extras = append(extras, Extra{Rule: m, Finding: f, Suppressed: a.claim(f.Span.Start, m, "", true)})
		}
	}
	if m := findMeta(metas, unusedIgnore); m != nil {
		for _, f := range a.unused(ran) {
			// "all" and a category are used by what they silence, not by the
			// finding that they silence nothing.
			extras = append(extras, Extra{Rule: m, Finding: f, Suppressed: a.claim(f.Span.Start, m, "", false)})
		}
	}
	return extras
}

func findMeta(metas []*lint.Meta, id string) *lint.Meta {
	for _, m := range metas {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// place is what a directive covers: an instruction or a stage by the index of
// its first instruction, or the file.
type place struct {
	reach reach
	at    int
}

type entry struct {
	place
	name string
}

// claim is a name in a directive.
type claim struct {
	item, name int
}

type applier struct {
	*Directives
	known map[string]*known
	units []unit
	// entries has the first directive for each name and place; another one
	// silences nothing.
	entries map[entry]claim
	places  map[place]bool
	used    map[claim]bool
}

func newApplier(d *Directives, metas []*lint.Meta) *applier {
	a := &applier{
		Directives: d, units: units(d.doc),
		entries: map[entry]claim{}, places: map[place]bool{}, used: map[claim]bool{},
	}
	for i := range d.items {
		x := &d.items[i]
		if x.kind == kindDockmend && a.known == nil {
			a.known = knownNames(metas)
		}
		p, ok := x.place()
		if !ok {
			continue
		}
		for j, n := range x.names {
			key := n.text
			if x.kind == kindDockmend {
				k := a.lookup(n.text)
				if k == nil {
					continue
				}
				key = k.key
			}
			e := entry{p, key}
			if _, taken := a.entries[e]; !taken {
				a.entries[e] = claim{i, j}
				a.places[p] = true
			}
		}
	}
	return a
}

// place tells where the directive counts; ok is false for nowhere.
func (x *placed) place() (p place, ok bool) {
	switch x.reach {
	case reachFile:
		return place{reach: reachFile}, !x.late
	case reachNext, reachStage:
		return place{x.reach, x.target}, x.target != noTarget
	default:
		return place{}, false
	}
}

// claim finds the directive that silences a finding, the narrowest first. Names
// that stand for many rules count only if wide is set.
func (a *applier) claim(offset int, m *lint.Meta, variant string, wide bool) *lint.Suppression {
	// What stands in no instruction is about the file, and people expect to
	// silence it at the top.
	at, stage := 0, noTarget
	if owner, ok := a.owner(offset); ok {
		at, stage = owner, a.units[owner].stage
	}
	for _, p := range [...]place{{reachNext, at}, {reachStage, stage}, {reachFile, 0}} {
		if !a.places[p] {
			continue
		}
		if c, ok := a.find(p, m, variant, wide); ok {
			a.used[c] = true
			x := &a.items[c.item]
			return &lint.Suppression{Kind: x.kind, Line: a.doc.Lines.Position(x.span.Start).Line, Reason: x.reason}
		}
	}
	return nil
}

// find looks for a name that this finding carries.
func (a *applier) find(p place, m *lint.Meta, variant string, wide bool) (c claim, ok bool) {
	has := func(name string) bool {
		if !ok && name != "" {
			c, ok = a.entries[entry{p, name}]
		}
		return ok
	}
	if has(m.ID) || isShellCheck(variant) && has(variant) {
		return c, true
	}
	for i := range m.Aliases {
		if x := &m.Aliases[i]; x.Covers(variant) && (has(x.Name) || has(every(x.Name))) {
			return c, true
		}
	}
	return c, wide && (has(string(m.Category)) || has(everything))
}

// unit is an instruction with the comments directly above it.
type unit struct {
	span text.Span
	// stage is the index of the FROM above, noTarget before the first one.
	stage int
}

func units(doc *dockerfile.Document) []unit {
	all := make([]unit, 0, len(doc.Instructions))
	stage, start := noTarget, -1
	for i := range doc.Physical {
		l := &doc.Physical[i]
		switch {
		case l.Instruction >= 0:
			if start < 0 {
				start = l.Start
			}
			if l.Instruction == len(all) {
				if doc.Instructions[l.Instruction].Keyword == "from" {
					stage = l.Instruction
				}
				all = append(all, unit{span: text.Span{Start: start}, stage: stage})
			}
			// The end of a file without a final newline is the instruction's.
			all[l.Instruction].span.End = max(l.End, l.EOL+1)
			start = -1
		case l.Kind != dockerfile.CommentLine:
			start = -1
		case start < 0:
			start = l.Start
		}
	}
	return all
}

// owner is the index of the instruction that a finding at offset belongs to.
func (a *applier) owner(offset int) (index int, ok bool) {
	i := sort.Search(len(a.units), func(i int) bool { return a.units[i].span.Start > offset }) - 1
	return i, i >= 0 && offset < a.units[i].span.End
}
