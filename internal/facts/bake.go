package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/bake"
)

// Bake is a bake file. It is safe for concurrent use.
type Bake struct {
	*bake.File
	// Name is the file's name, without its folder.
	Name string

	targets []*bake.Block
	// byName has the first target of each name.
	byName map[string]*bake.Block
	// inherited are the attributes of all targets, by the attribute's name.
	inherited memo[string, map[*bake.Block]*inheritedAttribute]
	parents   lazy[map[string]bool]
}

// ParseBake reads a bake file.
func ParseBake(src *lint.Source) *Bake {
	f := &Bake{File: bake.Parse(src.Bytes), Name: path.Base(src.Path), byName: map[string]*bake.Block{}}
	for _, b := range f.Blocks {
		if b.Kind != "target" || b.Name == "" {
			continue
		}
		f.targets = append(f.targets, b)
		if f.byName[b.Name] == nil {
			f.byName[b.Name] = b
		}
	}
	return f
}

// Targets lists the targets, in the order of the file.
func (f *Bake) Targets() []*bake.Block { return f.targets }

// IsParent reports whether a target inherits from the one of that name.
func (f *Bake) IsParent(name string) bool {
	return f.parents.get(func() map[string]bool {
		parents := map[string]bool{}
		for _, t := range f.targets {
			if a := t.Get("inherits"); a != nil {
				for _, v := range a.Value.Items {
					parents[v.Text] = true
				}
			}
		}
		return parents
	})[name]
}

// maxInherits is how many targets are followed that inherit from each other.
const maxInherits = 20

// inheritedAttribute is an attribute of a target, as Attribute has it.
type inheritedAttribute struct {
	attribute *bake.Attribute
	known     bool
	// steps is how many targets are between this one and the farthest that was asked.
	steps int
}

// Attribute is that of one of the Targets, or of what it inherits from, of which the last that is
// named counts; nil if there is none. known is false where a target that is not in the
// file may have it, or where targets inherit from each other in a circle.
func (f *Bake) Attribute(target *bake.Block, name string) (a *bake.Attribute, known bool) {
	of := f.inherited.get(name, func() map[*bake.Block]*inheritedAttribute {
		all := map[*bake.Block]*inheritedAttribute{}
		for _, t := range f.targets {
			f.inherit(t, name, all)
		}
		return all
	})[target]
	return of.attribute, of.known
}

// inherit finds an attribute of a target, and of all that it is asked of on the way, each
// once: many ways may lead to one target. What is not finished yet is a part of a circle.
func (f *Bake) inherit(t *bake.Block, name string, all map[*bake.Block]*inheritedAttribute) *inheritedAttribute {
	if of, ok := all[t]; ok {
		return of
	}
	of := &inheritedAttribute{}
	all[t] = of
	inherits := t.Get("inherits")
	switch of.attribute = t.Get(name); {
	case of.attribute != nil || inherits == nil:
		of.known = true
		return of
	case !inherits.Value.IsList:
		return of
	}
	found := &inheritedAttribute{known: true}
	of.steps = 1
	for _, item := range slices.Backward(inherits.Value.Items) {
		parent := f.byName[item.Text]
		if parent == nil {
			return of
		}
		found = f.inherit(parent, name, all)
		of.steps = max(of.steps, found.steps+1)
		if found.attribute != nil || !found.known {
			break
		}
	}
	if of.steps <= maxInherits {
		of.attribute, of.known = found.attribute, found.known
	}
	return of
}

// BakeBuild is what a target builds: its context, relative to the folder of the bake file,
// and the Dockerfile in it. The error says why it is not known. Paths count from the folder
// in which buildx runs, which is that of the file or one above it: the first of these that
// has the Dockerfile is taken, else that of the file.
func (p *Project) BakeBuild(f *Bake, target *bake.Block) (*BuildContext, error) {
	if !p.known() {
		return nil, ErrNoFiles
	}
	inline, known := f.Attribute(target, "dockerfile-inline")
	if inline != nil || target.Get("matrix") != nil {
		return nil, ErrInline
	}
	folder, file := ".", ""
	for _, x := range []struct {
		name string
		to   *string
	}{{"context", &folder}, {"dockerfile", &file}} {
		a, isKnown := f.Attribute(target, x.name)
		known = known && isKnown
		if a != nil {
			known = known && a.Value.Fixed
			*x.to = a.Value.Text
		}
	}
	if !known || strings.HasPrefix(folder, "target:") || strings.HasPrefix(folder, "cwd:") || strings.HasPrefix(file, "cwd:") {
		return nil, ErrVariable
	}
	var first *BuildContext
	up := "."
	for range maxContextAbove + 1 {
		c, err := p.Context(path.Join(up, folder), file)
		if err == nil && c.HasDockerfile() {
			return c, nil
		}
		if first == nil && err == nil {
			first = c
		}
		if err != nil && up == "." && (IsRemote(folder) || path.IsAbs(folder)) {
			return nil, err
		}
		up = path.Join("..", up)
	}
	if first == nil {
		return p.Context(folder, file)
	}
	return first, nil
}
