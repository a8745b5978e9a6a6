package run

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
)

// place is where a run looks: a root folder that it never leaves, and the paths
// in it that were named.
type place struct {
	// root is nil for a tree that is on no disk.
	root *files.Root
	// dir is the root's absolute path.
	dir string
	// prefix leads to the root from where reports count; empty for a root that
	// holds the working directory.
	prefix string
	// paths are relative to the root, with slashes; named are the same as they were
	// named.
	paths, named []string
}

// shown is how a path in the root is written in reports.
func (p *place) shown(name string) string { return path.Join(p.prefix, name) }

// inside undoes shown.
func (p *place) inside(shown string) string {
	if p.prefix == "" {
		return shown
	}
	return strings.TrimPrefix(shown, p.prefix+"/")
}

// maxConfig is the size in bytes up to which a configuration is read.
const maxConfig = 1 << 20

// ReadPolicy is the Source of the root's own configuration.
func (w *Workspace) ReadPolicy(name string) ([]byte, error) {
	if w.place.root == nil {
		return w.tree.Read(name, maxConfig)
	}
	return w.place.root.Read(name, maxConfig)
}

// Inside is the path from the root of what is named from the working directory.
func (w *Workspace) Inside(name string) string {
	return files.Slashed(w.place.dir, w.env.inDir(name))
}

// Root is the folder that the run never leaves.
func (w *Workspace) Root() *files.Root { return w.place.root }

// Paths are those that were named, from the root.
func (w *Workspace) Paths() []string { return w.place.paths }

// Shown is how a path from the root is written in reports.
func (w *Workspace) Shown(name string) string { return w.place.shown(name) }

// FromRoot undoes Shown.
func (w *Workspace) FromRoot(shown string) string { return w.place.inside(shown) }

// locate finds the roots of the named paths, each with the paths that lie in it, in
// the order of the paths: the work tree of git that holds a path, else the working
// directory, else the path's own folder. Paths in reports are relative to the working
// directory, or to the root that holds it; with fromRoot they are relative to the
// root, or to the folder that holds all of them.
func locate(workDir string, named []string, fromRoot bool) (places []*place, err error) {
	if len(named) == 0 {
		named = []string{"."}
	}
	for _, name := range named {
		dir, inRoot, _ := files.Confine(workDir, name)
		i := 0
		for i < len(places) && places[i].dir != dir {
			i++
		}
		if i == len(places) {
			places = append(places, &place{dir: dir})
		}
		places[i].paths = append(places[i].paths, inRoot)
		places[i].named = append(places[i].named, name)
	}
	from := workDir
	if fromRoot {
		from = places[0].dir
	}
	for _, p := range places {
		if fromRoot {
			from = common(from, p.dir)
		} else if files.Holds(p.dir, from) {
			from = p.dir
		}
	}
	for i, p := range places {
		if p.dir != from {
			p.prefix = files.Slashed(from, p.dir)
		}
		if err := p.open(); err != nil {
			closeAll(places[:i])
			return nil, err
		}
	}
	return places, nil
}

// open opens the root, and sees that the paths are there.
func (p *place) open() (err error) {
	if p.root, err = files.Open(p.dir); err != nil {
		return fmt.Errorf("%s: %w", p.dir, Plain(err))
	}
	for i, name := range p.paths {
		_, err := p.root.Stat(name)
		if errors.Is(err, files.ErrOutside) {
			err = fmt.Errorf("a symbolic link points outside of %s; name the path that it points to", p.dir)
		}
		if err != nil {
			_ = p.root.Close() // it was only looked at
			return fmt.Errorf("%s: %w", p.named[i], Plain(err))
		}
	}
	return nil
}

func closeAll(places []*place) {
	for _, p := range places {
		_ = p.root.Close() // it was only read from
	}
}

func common(a, b string) string {
	for !files.Holds(a, b) {
		a = filepath.Dir(a)
	}
	return a
}
