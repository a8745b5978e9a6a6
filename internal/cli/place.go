package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// place is where a run looks: a root folder that it never leaves, and the paths
// in it that were named.
type place struct {
	root *os.Root
	// dir is the root's absolute path.
	dir string
	// prefix leads from the working directory to a root elsewhere; empty for a
	// root that holds the working directory.
	prefix string
	// paths are relative to the root, with slashes; nil for the default.
	paths []string
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

// locate finds the root for the named paths: the git work tree that they lie
// in, else the working directory, else the named folder itself.
func locate(workDir string, named []string) (*place, error) {
	p := &place{}
	if len(named) == 0 {
		p.dir, _ = repository(workDir)
		p.paths = []string{slashed(p.dir, workDir)}
	}
	var absolute []string
	for _, name := range named {
		abs := filepath.Clean(name)
		if !filepath.IsAbs(name) {
			abs = filepath.Join(workDir, name)
		}
		info, err := os.Stat(abs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, plain(err))
		}
		folder := abs
		if !info.IsDir() {
			folder = filepath.Dir(abs)
		}
		root, found := repository(folder)
		if !found && holds(workDir, folder) {
			root = workDir
		}
		if p.dir == "" {
			p.dir = root
		}
		p.dir = common(p.dir, root)
		absolute = append(absolute, abs)
	}
	for _, abs := range absolute {
		p.paths = append(p.paths, slashed(p.dir, abs))
	}
	if !holds(p.dir, workDir) {
		if rel, err := filepath.Rel(workDir, p.dir); err == nil {
			p.prefix = filepath.ToSlash(rel)
		}
	}
	var err error
	if p.root, err = os.OpenRoot(p.dir); err != nil {
		return nil, fmt.Errorf("%s: %w", p.dir, plain(err))
	}
	return p, nil
}

// repository is the closest folder at or above dir with a .git in it, dir
// itself if there is none.
func repository(dir string) (root string, found bool) {
	for at := dir; ; {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at, true
		}
		parent := filepath.Dir(at)
		if parent == at {
			return dir, false
		}
		at = parent
	}
}

// holds tells whether inner is outer or lies below it.
func holds(outer, inner string) bool {
	rel, err := filepath.Rel(outer, inner)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func common(a, b string) string {
	for !holds(a, b) {
		a = filepath.Dir(a)
	}
	return a
}

// slashed is a path in dir relative to it, with slashes.
func slashed(dir, name string) string {
	rel, err := filepath.Rel(dir, name)
	if err != nil {
		return "."
	}
	return filepath.ToSlash(rel)
}
