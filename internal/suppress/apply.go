package suppress

import (
	"sort"

	"github.com/dockmend/dockmend/internal/lint"
)

// Extra is a finding about a directive of ours.
type Extra struct {
	// Rule is unknown-ignore, unused-ignore or ignore-incomplete.
	Rule    *lint.Meta
	Finding lint.Finding
	// Suppressed is set where a directive silences this finding in turn.
	Suppressed *lint.Suppression
}

// Apply marks the diagnostics that a directive silences; they are those of
// this very file. metas is the catalogue, in which our own dialect looks names
// up; ran reports whether a rule was enabled and could check this file.
//
// Where one with a Next is silenced, next makes a diagnostic of that, which may be silenced
// in turn; it returns nil where the rule does not speak.
//
// options are the settings of a rule in this file.
//
// What it returns is wrong with our own directives: names that no rule has, and
// ignores under which nothing was found although their rules ran. A rule of the
// two that metas lacks is not reported; whether it is enabled is the caller's
// to judge. Other tools' directives may be there for the other tool alone.
func (d *Directives) Apply(
	diags []*lint.Diagnostic, metas []*lint.Meta, ran func(ruleID string) bool,
	next func(*lint.Meta, *lint.Finding) *lint.Diagnostic, options func(*lint.Meta) lint.Options,
) []Extra {
	if d.Empty() {
		return nil
	}
	a := newApplier(d, metas)
	for _, x := range diags {
		for x != nil {
			x.Suppressed = a.claim(x.Span.Start, x.Rule, x.Variant, true)
			if x.Suppressed == nil || x.Next == nil {
				break
			}
			x = next(x.Rule, x.Next)
		}
	}
	var extras []Extra
	if m := findMeta(metas, unknownIgnore); m != nil {
		for _, f := range a.unknown() {
			extras = append(extras, Extra{Rule: m, Finding: f, Suppressed: a.claim(f.Span.Start, m, "", true)})
		}
	}
	if m := findMeta(metas, ignoreIncomplete); m != nil {
		for _, f := range a.incomplete(options(m)) {
			extras = append(extras, Extra{Rule: m, Finding: f, Suppressed: a.claim(f.Span.Start, m, "", false)})
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

// place is what a directive covers: a unit, or a unit with all that lies below
// it, by its index, or the file.
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
	// entries has the first directive for each name and place; another one
	// silences nothing.
	entries map[entry]claim
	places  map[place]bool
	used    map[claim]bool
}

func newApplier(d *Directives, metas []*lint.Meta) *applier {
	a := &applier{
		Directives: d,
		entries:    map[entry]claim{}, places: map[place]bool{}, used: map[claim]bool{},
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
	if x.ended {
		return place{}, false
	}
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
	at, block := 0, noTarget
	if owner, ok := a.owner(offset); ok {
		at, block = owner, owner
	}
	if s := a.claimAt(place{reachNext, at}, m, variant, wide); s != nil {
		return s
	}
	for ; block != noTarget; block = a.units[block].up {
		if s := a.claimAt(place{reachStage, block}, m, variant, wide); s != nil {
			return s
		}
	}
	return a.claimAt(place{reach: reachFile}, m, variant, wide)
}

func (a *applier) claimAt(p place, m *lint.Meta, variant string, wide bool) *lint.Suppression {
	if !a.places[p] {
		return nil
	}
	c, ok := a.find(p, m, variant, wide)
	if !ok {
		return nil
	}
	a.used[c] = true
	x := &a.items[c.item]
	s := &lint.Suppression{Kind: x.kind, Line: a.lines.Position(x.span.Start).Line, Reason: x.reason, Until: x.until.text}
	if a.Allow != nil && !a.Allow(m, s) {
		return nil
	}
	return s
}

// find looks for a name that this finding carries.
func (a *applier) find(p place, m *lint.Meta, variant string, wide bool) (c claim, ok bool) {
	has := func(name string) bool {
		if !ok && name != "" {
			c, ok = a.entries[entry{p, name}]
		}
		return ok
	}
	if has(m.ID) || (lint.IsShellCheck(variant) && has(variant)) {
		return c, true
	}
	for i := range m.Aliases {
		if x := &m.Aliases[i]; x.Covers(variant) && (has(x.Name) || has(every(x.Name))) {
			return c, true
		}
	}
	return c, wide && (has(string(m.Category)) || has(everything))
}

// owner is the index of the instruction that a finding at offset belongs to.
func (a *applier) owner(offset int) (index int, ok bool) {
	i := sort.Search(len(a.units), func(i int) bool { return a.units[i].span.Start > offset }) - 1
	return i, i >= 0 && offset < a.units[i].span.End
}
