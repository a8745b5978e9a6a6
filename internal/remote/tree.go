// Package remote shows a commit on a platform as the files of a run, without a clone: its
// tree is listed once, and a file is read when somebody asks for it, together with those
// that are likely to be asked for next. A file that several repositories have is read once.
package remote

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/files"
)

// Kind is what an entry of a tree is.
type Kind uint8

// The kinds.
const (
	File Kind = iota
	Link
	Submodule
)

// Entry is what a path is in a commit.
type Entry struct {
	// Path is relative to the root, with slashes.
	Path string
	// Hash is the name of the blob in hexadecimal digits.
	Hash string
	Kind Kind
	// Size is in bytes; negative where the platform does not say.
	Size int64
}

// Cache keeps files by the hash of their blob. It is safe for concurrent use.
type Cache interface {
	Get(hash string) (content []byte, ok bool)
	Put(hash string, content []byte)
}

// Read reads files of a commit, many at once, by their hash. One that is missing from the
// answer does not exist any more. The error wraps ErrLarge where the first of them is too
// large, which only a platform says whose list has no sizes.
type Read func(wanted []Entry) (map[string][]byte, error)

// node is a file, a link or a folder.
type node struct {
	entry Entry
	dir   bool
	// names are those in a folder, in order.
	names []string
}

// Tree is a commit. It is safe for concurrent use.
type Tree struct {
	nodes      map[string]*node
	submodules []string
	read       Read
	cache      Cache

	mu sync.Mutex
	// kept has what was read, by hash, of together size bytes.
	kept map[string][]byte
	size int
	// begun says that the files were read that nearly every run reads; like has the kinds
	// of names of which all were read because of one.
	begun  bool
	like   map[string]bool
	failed error
	// large are files of which only reading them showed that they are too large.
	large map[string]bool
}

// ErrLarge is wrapped by the error for a file that is too large to be linted.
var ErrLarge = errors.New("it is too large")

// New makes the tree of a commit. The entries are those of files, links and submodules;
// folders follow from them. A path that no file system could have is left out.
func New(entries []Entry, read Read, cache Cache) *Tree {
	t := &Tree{
		nodes: map[string]*node{".": {dir: true}}, read: read, cache: cache,
		kept: map[string][]byte{}, like: map[string]bool{}, large: map[string]bool{},
	}
	for _, e := range entries {
		if !fs.ValidPath(e.Path) || e.Path == "." || t.nodes[e.Path] != nil {
			continue
		}
		if e.Kind == Submodule { // a checkout has an empty folder there
			t.submodules = append(t.submodules, e.Path)
		}
		t.add(e.Path, &node{entry: e, dir: e.Kind == Submodule})
	}
	// A checkout has it, which counts for what is copied into images.
	t.add(".git", &node{dir: true})
	for _, n := range t.nodes {
		slices.Sort(n.names)
	}
	slices.Sort(t.submodules)
	return t
}

// add adds a node and the folders that it lies in; nothing lies in a file.
func (t *Tree) add(name string, n *node) {
	for at := path.Dir(name); at != "."; at = path.Dir(at) {
		if above := t.nodes[at]; above != nil && !above.dir {
			return
		}
	}
	t.nodes[name] = n
	for name != "." {
		base, dir := path.Base(name), path.Dir(name)
		above := t.nodes[dir]
		if above != nil {
			above.names = append(above.names, base)
			return
		}
		t.nodes[dir] = &node{dir: true, names: []string{base}}
		name = dir
	}
}

// Submodules are the paths of other repositories in this one, which are not read.
func (t *Tree) Submodules() []string { return t.submodules }

// Err is the first error with which a file could not be read. What was said of the tree
// may be wrong then.
func (t *Tree) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// Has reports whether the commit has a file, and Below whether it has one in a folder.
func (t *Tree) Has(name string) bool {
	n := t.nodes[path.Clean(name)]
	return n != nil && (!n.dir || n.entry.Kind == Submodule)
}

// Below is described with Has.
func (t *Tree) Below(dir string) bool {
	n := t.nodes[path.Clean(dir)]
	return n != nil && len(n.names) > 0
}

// find follows the links of a path, as files.Root does on a disk.
func (t *Tree) find(op, name string) (actual string, n *node, err error) {
	clean := path.Clean(name)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", nil, fail(op, name, files.ErrOutside)
	}
	actual, err = files.Follow(op, name, func(at string, isLast bool) (target []string, err error) {
		found := t.nodes[at]
		switch {
		case found == nil:
			return nil, fail(op, name, fs.ErrNotExist)
		case found.entry.Kind == Link:
			target, err := t.content(found.entry)
			if err != nil {
				return nil, fail(op, name, err)
			}
			if path.IsAbs(string(target)) {
				return nil, fail(op, name, files.ErrOutside)
			}
			return strings.Split(string(target), "/"), nil
		case !found.dir && !isLast:
			return nil, fail(op, name, errNoFolder)
		}
		return nil, nil
	})
	if err != nil {
		return "", nil, err
	}
	return actual, t.nodes[actual], nil
}

// Errors of the system, in its words.
var (
	errNoFolder = errors.New("not a directory")
	errFolder   = errors.New("is a directory")
)

func fail(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }
