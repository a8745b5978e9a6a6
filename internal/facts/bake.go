package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/bake"
)

// Bake is a bake file. It is safe for concurrent use.
type Bake struct {
	*bake.File
	// Name is the file's name, without its folder.
	Name string
}

// ParseBake reads a bake file.
func ParseBake(src *lint.Source) *Bake {
	return &Bake{File: bake.Parse(src.Bytes), Name: path.Base(src.Path)}
}

// maxInherits is how many targets are followed that inherit from each other.
const maxInherits = 20

// Targets lists the targets, in the order of the file.
func (f *Bake) Targets() []*bake.Block {
	var list []*bake.Block
	for _, b := range f.Blocks {
		if b.Kind == "target" && b.Name != "" {
			list = append(list, b)
		}
	}
	return list
}

// Attribute is that of a target, or of what it inherits from, of which the last that is
// named counts; nil if there is none. known is false where a target that is not in the
// file may have it.
func (f *Bake) Attribute(target *bake.Block, name string) (a *bake.Attribute, known bool) {
	return f.attribute(target, name, 0)
}

func (f *Bake) attribute(target *bake.Block, name string, depth int) (a *bake.Attribute, known bool) {
	if a := target.Get(name); a != nil {
		return a, true
	}
	inherits := target.Get("inherits")
	if inherits == nil {
		return nil, true
	}
	if depth == maxInherits || !inherits.Value.IsList {
		return nil, false
	}
	for i := len(inherits.Value.Items) - 1; i >= 0; i-- {
		parent := f.target(inherits.Value.Items[i].Text)
		if parent == nil {
			return nil, false
		}
		if a, known := f.attribute(parent, name, depth+1); a != nil || !known {
			return a, known
		}
	}
	return nil, true
}

// target is the one of that name; nil if there is none.
func (f *Bake) target(name string) *bake.Block {
	for _, b := range f.Blocks {
		if b.Kind == "target" && b.Name == name {
			return b
		}
	}
	return nil
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
