package config

import (
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// target is a rule, or some of its variants, that a name stands for.
type target struct {
	meta *lint.Meta
	// variants is empty for all.
	variants []string
	byID     bool
	// group is the category, or all, that stands for the rule; empty for a name of its own.
	group string
}

// names knows what each name of a rule stands for; letter case does not count.
type names struct {
	metas   []*lint.Meta
	targets map[string][]target
	ids     []string
	// all has ids and aliases, in the order of the catalogue.
	all []string
}

func newNames(metas []*lint.Meta) *names {
	n := &names{metas: metas, targets: make(map[string][]target, 8*len(metas))}
	for _, m := range metas {
		n.targets[strings.ToLower(m.ID)] = []target{{meta: m, byID: true}}
		n.ids = append(n.ids, m.ID)
	}
	n.all = append(n.all, n.ids...)
	for _, m := range metas {
		for i := range m.Aliases {
			a := &m.Aliases[i]
			key := strings.ToLower(a.Name)
			known := n.targets[key]
			if len(known) > 0 && known[0].byID {
				continue
			}
			if len(known) == 0 {
				n.all = append(n.all, a.Name)
			}
			n.targets[key] = append(known, target{meta: m, variants: a.Variants})
		}
	}
	return n
}

// find returns what an id or an alias stands for, nothing for an unknown name.
func (n *names) find(name string) []target {
	for _, form := range lint.NameForms(name) {
		if found := n.named(form); found != nil {
			return found
		}
	}
	return nil
}

// named is find for one form of a name.
func (n *names) named(name string) []target {
	key := strings.ToLower(name)
	if found := n.targets[key]; found != nil {
		return found
	}
	if !isShellCheck(key) {
		return nil
	}
	var found []target
	for _, t := range n.targets[strings.ToLower(lint.AnyShellCheck)] {
		found = append(found, target{meta: t.meta, variants: []string{strings.ToUpper(key)}})
	}
	return found
}

// isShellCheck reports whether a name in lower case is a code of ShellCheck.
func isShellCheck(key string) bool {
	digits, ok := strings.CutPrefix(key, "sc")
	return ok && len(digits) == 4 && strings.Trim(digits, "0123456789") == ""
}

// hint names the rule that was meant, by preference by its id.
func (n *names) hint(name string, more ...string) string {
	if h := hint(name, append(more, n.ids...)); strings.Contains(h, "?") {
		return h
	}
	if h := hint(name, n.all); strings.Contains(h, "?") {
		return h
	}
	return "; dockmend rules lists them"
}
