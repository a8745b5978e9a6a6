// Package earlier shows a work tree as it was at a commit. What the commit has
// otherwise comes from the commit; what is the same, and what no commit has, such
// as the files of a package manager, comes from the disk.
package earlier

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/fileinfo"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// Entry is what a path is in a commit.
type Entry struct {
	// Hash is the name of the file's blob in hexadecimal digits.
	Hash string
	// Regular is false for links and submodules, which are taken from the disk.
	Regular bool
	// Same is set for a file that the work tree's commit has too: what the disk has of it
	// counts, also where a filter of git or a step wrote it.
	Same bool
}

// onDisk reports whether the path is taken from the disk.
func (e Entry) onDisk() bool { return !e.Regular || e.Same }

// Tree is a work tree at a commit. It is safe for concurrent use.
type Tree struct {
	disk    *files.Root
	raw     fs.FS
	commit  map[string]Entry
	folders map[string][]string
	links   bool
	added   func(name string) bool
	blob    func(hash string) ([]byte, error)

	mu     sync.Mutex
	empty  map[string]bool
	failed error
}

// New makes the tree of a commit, whose files are given by path. added reports
// whether a file of the disk that the commit lacks came after it; any other one was
// there before, and git does not have it. blob reads a file by its hash.
func New(disk *files.Root, commit map[string]Entry, added func(name string) bool, blob func(hash string) ([]byte, error)) *Tree {
	t := &Tree{disk: disk, raw: disk.FS(), commit: commit, folders: map[string][]string{}, added: added, blob: blob, empty: map[string]bool{}}
	seen := map[string]bool{".": true}
	for name, e := range commit {
		t.links = t.links || !e.Regular
		for at := name; at != "."; at = path.Dir(at) {
			if seen[at] {
				break
			}
			seen[at] = true
			dir := path.Dir(at)
			t.folders[dir] = append(t.folders[dir], path.Base(at))
		}
	}
	return t
}

// Err is the first error with which a file of the commit could not be read; what
// was said of the tree may be wrong then.
func (t *Tree) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// Has reports whether the commit has a file, and Below whether it has one in a folder.
func (t *Tree) Has(name string) bool { _, ok := t.commit[name]; return ok }

// Below is described with Has.
func (t *Tree) Below(dir string) bool { return len(t.folders[dir]) > 0 }

// kind is where a path comes from.
type kind uint8

const (
	onDisk kind = iota
	inCommit
	isFolder // of the commit, whether or not the disk has it
	nowhere
)

// find follows the links of the disk, and says where a path comes from.
func (t *Tree) find(name string) (string, kind) {
	name = path.Clean(name)
	if name == "." || name == ".git" || strings.HasPrefix(name, ".git/") {
		return name, onDisk
	}
	if t.links {
		if actual, _, err := t.disk.Real(name); err == nil {
			name = actual
		}
	}
	return name, t.kind(name)
}

func (t *Tree) kind(name string) kind {
	e, known := t.commit[name]
	switch {
	case known && !e.onDisk():
		return inCommit
	case known:
		return onDisk
	case len(t.folders[name]) > 0:
		return isFolder
	case t.isAdded(name):
		return nowhere
	}
	return onDisk
}

// isAdded reports whether a path of the disk is no part of the tree: a file that was
// added, or a folder with nothing but such files.
func (t *Tree) isAdded(name string) bool {
	info, err := t.disk.Lstat(name)
	if err != nil {
		return false // nor is it on the disk
	}
	for at := path.Dir(name); at != "."; at = path.Dir(at) {
		if e, known := t.commit[at]; known && e.Regular {
			return true // a file of the commit, in the place of a folder
		}
	}
	if !info.IsDir() {
		return t.added(name)
	}
	t.mu.Lock()
	empty, known := t.empty[name]
	t.mu.Unlock()
	if known {
		return empty
	}
	entries, _, err := t.disk.List(name, maxEntries)
	older := func(e fs.DirEntry) bool { return !t.isAdded(path.Join(name, e.Name())) }
	empty = err == nil && len(entries) > 0 && !slices.ContainsFunc(entries, older)
	t.mu.Lock()
	t.empty[name] = empty
	t.mu.Unlock()
	return empty
}

// maxEntries is how many files and folders of one folder are looked at.
const maxEntries = 100_000

// content reads a file of the commit: from the disk where that has the same.
func (t *Tree) content(name string) ([]byte, error) {
	e := t.commit[name]
	if src, err := t.disk.Read(name, limits.FileBytes); err == nil && files.BlobHash(src, len(e.Hash)) == e.Hash {
		return src, nil
	}
	src, err := t.blob(e.Hash)
	if err != nil {
		t.mu.Lock()
		t.failed = errors.Join(t.failed, fmt.Errorf("%s: %w", name, err))
		t.mu.Unlock()
	}
	return src, err
}

// Open implements fs.FS.
func (t *Tree) Open(name string) (fs.File, error) {
	actual, where := t.find(name)
	switch where {
	case inCommit:
		src, err := t.content(actual)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &file{bytes.NewReader(src), fileinfo.Info{Base: path.Base(name), Bytes: int64(len(src)), Bits: 0o644}}, nil
	case nowhere:
		return nil, missing("open", name)
	case onDisk, isFolder:
	}
	return t.raw.Open(name)
}

// Stat implements fs.StatFS.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	_, where := t.find(name)
	if i, err, ok := t.info("stat", name, where); ok {
		return i, err
	}
	return t.disk.Stat(name)
}

// Lstat is Stat for a path whose last link is not followed.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	if i, err, ok := t.info("lstat", name, t.kind(path.Clean(name))); ok {
		return i, err
	}
	return t.disk.Lstat(name)
}

// info is what is known of a path without the disk. The size of a file is said to
// be 0: the exact one takes its content.
func (t *Tree) info(op, name string, where kind) (i fs.FileInfo, err error, ok bool) { //nolint:revive // the error belongs to the info
	switch where {
	case inCommit:
		return fileinfo.Info{Base: path.Base(name), Bits: 0o644}, nil, true
	case isFolder:
		return fileinfo.Info{Base: path.Base(name), Bits: fs.ModeDir | 0o755}, nil, true
	case nowhere:
		return nil, missing(op, name), true
	case onDisk:
	}
	return nil, nil, false
}

// Real follows the links of a path.
func (t *Tree) Real(name string) (actual string, found fs.FileInfo, err error) {
	actual, where := t.find(name)
	if i, err, ok := t.info("stat", actual, where); ok {
		return actual, i, err
	}
	return t.disk.Real(name)
}

// Read reads a file of at most limit bytes.
func (t *Tree) Read(name string, limit int64) ([]byte, error) {
	actual, where := t.find(name)
	switch where {
	case inCommit:
		src, err := t.content(actual)
		if err == nil && int64(len(src)) > limit {
			err = &fs.PathError{Op: "read", Path: name, Err: files.ErrTooLarge}
		}
		if err != nil {
			return nil, err
		}
		return src, nil
	case nowhere:
		return nil, missing("open", name)
	case onDisk, isFolder:
	}
	return t.disk.Read(name, limit)
}

// ReadDir implements fs.ReadDirFS.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(t.raw, name)
	return t.list(name, entries, err)
}

// List lists a folder as files.Root does.
func (t *Tree) List(dir string, limit int) (entries []fs.DirEntry, more bool, err error) {
	entries, more, err = t.disk.List(dir, limit)
	entries, err = t.list(dir, entries, err)
	if len(entries) > limit {
		return entries[:limit], true, err
	}
	return entries, more, err
}

func (t *Tree) list(name string, disk []fs.DirEntry, failed error) ([]fs.DirEntry, error) {
	dir, where := t.find(name)
	switch {
	case where == nowhere || where == inCommit:
		return nil, missing("open", name)
	case failed != nil && where != isFolder && dir != ".":
		return nil, failed
	}
	var entries []fs.DirEntry
	for _, e := range disk {
		at := path.Join(dir, e.Name())
		file, known := t.commit[at]
		isNew := !known && len(t.folders[at]) == 0 && !t.isAdded(at)
		if isNew || (known && file.onDisk()) {
			entries = append(entries, e)
		}
	}
	for _, base := range t.folders[dir] {
		if i, err, ok := t.info("stat", path.Join(dir, base), t.kind(path.Join(dir, base))); ok && err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(i))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

type file struct {
	io.Reader
	info fileinfo.Info
}

// Stat implements fs.File.
func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close implements fs.File.
func (f *file) Close() error { return nil }
