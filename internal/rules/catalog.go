// Package rules is the catalogue: every rule that there is, in one explicit
// list that is generated from the rule files.
package rules

//go:generate go run ../tools/genlist
//go:generate go run ../tools/gendocs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// Catalog holds the rules of each kind of document, sorted by id. A rule
// without a Check is reported by the engine itself.
type Catalog struct {
	Dockerfile []facts.Rule[*facts.Dockerfile]
	Compose    []facts.Rule[*facts.Compose]
	IgnoreFile []facts.Rule[*facts.IgnoreFile]
	Kubernetes []facts.Rule[*facts.Manifest]
	Workflow   []facts.Rule[*facts.Workflow]
	Bake       []facts.Rule[*facts.Bake]
}

// Metas lists the descriptions of all rules, sorted by id.
func (c *Catalog) Metas() []*lint.Meta {
	metas := make([]*lint.Meta, 0, len(c.Dockerfile)+len(c.Compose)+len(c.IgnoreFile)+len(c.Kubernetes)+len(c.Workflow)+len(c.Bake))
	metas = appendMetas(metas, c.Dockerfile)
	metas = appendMetas(metas, c.Compose)
	metas = appendMetas(metas, c.IgnoreFile)
	metas = appendMetas(metas, c.Kubernetes)
	metas = appendMetas(metas, c.Workflow)
	metas = appendMetas(metas, c.Bake)
	slices.SortStableFunc(metas, func(a, b *lint.Meta) int { return cmp.Compare(a.ID, b.ID) })
	return metas
}

// Names lists the ids and aliases of the rules, sorted, each once.
func (c *Catalog) Names() []string {
	var names []string
	for _, m := range c.Metas() {
		names = append(names, m.ID)
		for _, a := range m.Aliases {
			names = append(names, a.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func appendMetas[D any](metas []*lint.Meta, rules []facts.Rule[D]) []*lint.Meta {
	for i := range rules {
		metas = append(metas, &rules[i].Meta)
	}
	return metas
}

// reading makes the slice of the rules that read one kind of file, and tells
// each of them so. The rules are copies: those that were declared stay as they are.
func reading[D any](target lint.Target, rules ...facts.Rule[D]) []facts.Rule[D] {
	for i := range rules {
		rules[i].Target = target
	}
	return rules
}

// Find returns the rules that a name stands for: one for an id, all that carry
// it for an alias, in any of the forms of lint.NameForms. Letter case does not count.
func (c *Catalog) Find(name string) []*lint.Meta {
	for _, form := range lint.NameForms(name) {
		if lint.IsShellCheck(strings.ToUpper(form)) {
			form = lint.AnyShellCheck
		}
		if found := c.named(form); found != nil {
			return found
		}
	}
	return nil
}

// named is Find for one form of a name.
func (c *Catalog) named(name string) []*lint.Meta {
	var found []*lint.Meta
	for _, m := range c.Metas() {
		if strings.EqualFold(m.ID, name) {
			return []*lint.Meta{m}
		}
		for _, a := range m.Aliases {
			if strings.EqualFold(a.Name, name) {
				found = append(found, m)
				break
			}
		}
	}
	return found
}
