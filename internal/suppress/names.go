package suppress

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// everything is the name in our own dialect that stands for all rules.
const everything = "all"

// anyShellCheck is the alias of a rule whose variants are codes of ShellCheck.
const anyShellCheck = "SCxxxx"

// known is what a name in our own dialect stands for.
type known struct {
	// key is the name as the catalogue spells it.
	key   string
	metas []*lint.Meta
	// group is set for "all" and for categories.
	group bool
}

// knownNames maps each name in lower case, since letter case does not count.
func knownNames(metas []*lint.Meta) map[string]*known {
	names := make(map[string]*known, 4*len(metas))
	add := func(key string, m *lint.Meta, group bool) {
		lower := strings.ToLower(key)
		k := names[lower]
		if k == nil {
			k = &known{key: key, group: group}
			names[lower] = k
		}
		k.metas = append(k.metas, m)
	}
	for _, m := range metas {
		add(everything, m, true)
		add(string(m.Category), m, true)
		add(m.ID, m, false)
		for _, x := range m.Aliases {
			add(x.Name, m, false)
		}
	}
	return names
}

// lookup returns what a name of our own dialect stands for, nil if nothing.
func (a *applier) lookup(name string) *known {
	if k := a.known[strings.ToLower(name)]; k != nil {
		return k
	}
	upper := strings.ToUpper(name)
	if id, ok := lint.TrivyName(upper); ok {
		return a.known[strings.ToLower(id)]
	}
	if lint.IsShellCheck(upper) {
		if k := a.known[strings.ToLower(anyShellCheck)]; k != nil {
			return &known{key: upper, metas: k.metas}
		}
	}
	return nil
}

// nearest returns the known name that a slip of the keys turns into s; ok is
// false if there is none, or several: DL3064 is as near to DL3060 as to DL3004.
func (a *applier) nearest(s string) (near string, ok bool) {
	names := make([]string, 0, len(a.known))
	for _, k := range a.known {
		names = append(names, k.key)
	}
	slices.Sort(names)
	return nearest.Name(s, names)
}
