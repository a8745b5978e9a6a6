// Package rules is the catalogue: every rule that there is, in one explicit
// list that is generated from the rule files.
package rules

//go:generate go run ../tools/genlist
//go:generate go run ../tools/gendocs

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// Catalog holds the rules of each kind of document, sorted by id. A rule
// without a Check is reported by the engine itself.
type Catalog struct {
	Dockerfile []lint.Rule[*facts.Dockerfile]
}

// Metas lists the descriptions of all rules, sorted by id.
func (c *Catalog) Metas() []*lint.Meta {
	metas := make([]*lint.Meta, 0, len(c.Dockerfile))
	for i := range c.Dockerfile {
		metas = append(metas, &c.Dockerfile[i].Meta)
	}
	return metas
}

// Find returns the rules that a name stands for: one for an id, all that carry
// it for an alias. Letter case does not count.
func (c *Catalog) Find(name string) []*lint.Meta {
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
