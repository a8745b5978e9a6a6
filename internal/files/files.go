// Package files is the one place where files are opened. What it opens lies in a
// root, which no path leaves, is a regular file and has a bounded size; what it
// writes takes the place of an old file in one step. Repositories are hostile:
// each name in them may be a link to anywhere, a pipe that nobody writes to, or a
// device without an end.
package files

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Errors that a path can have beside those of the system, such as fs.ErrNotExist.
var (
	// ErrOutside is wrapped for a path that leads out of the root, by "..", as an
	// absolute path or by a symbolic link.
	ErrOutside = errors.New("path leads outside of the root")
	// ErrNotRegular is wrapped for what is no regular file: a folder, a pipe, a
	// socket or a device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrTooLarge is wrapped for a file with more bytes than the caller takes.
	ErrTooLarge = errors.New("file is too large")
	// ErrVersionControl is wrapped for a path that leads into .git, .hg or .svn:
	// their files hold tokens, and programs read their files as settings.
	ErrVersionControl = errors.New("path leads into version control")
)

// maxKnown is how many folders are remembered as being no links.
const maxKnown = 1 << 16

// Root is a folder that no path leaves. Names are relative to it, with slashes;
// "." is the folder itself. Symbolic links are followed as long as they stay in
// the root. It may be used by several goroutines.
type Root struct {
	dir  string
	root *os.Root

	mu sync.Mutex
	// known are folders that are reached without a link.
	known map[string]bool
}

// Open opens a folder as a root. Links in dir itself are followed: whoever names
// the root decides.
func Open(dir string) (*Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return newRoot(dir, root), nil
}

func newRoot(dir string, root *os.Root) *Root {
	return &Root{dir: dir, root: root, known: map[string]bool{".": true}}
}

// Close closes the root; files that were opened stay open.
func (r *Root) Close() error { return r.root.Close() }

// Dir is the root's folder as it was named.
func (r *Root) Dir() string { return r.dir }

// Sub opens a folder of the root as a root of its own, which only links within
// that folder stay in. The name must lead there without a link. Sub is the one way
// into a folder of version control.
func (r *Root) Sub(name string) (*Root, error) {
	actual, info, err := r.Real(name)
	switch {
	case err != nil:
		return nil, err
	case actual != path.Clean(name):
		return nil, fail("open", name, ErrLink)
	case !info.IsDir():
		return nil, fail("open", name, syscall.ENOTDIR)
	}
	sub, err := r.root.OpenRoot(filepath.FromSlash(actual))
	if err != nil {
		return nil, err
	}
	return newRoot(filepath.Join(r.dir, filepath.FromSlash(actual)), sub), nil
}

// Real follows the links of a path. It returns the path without links, and what is
// there. The error wraps ErrOutside where a link leads out of the root.
func (r *Root) Real(name string) (actual string, info fs.FileInfo, err error) {
	clean := path.Clean(name)
	if !filepath.IsLocal(filepath.FromSlash(clean)) {
		return "", nil, fail("stat", name, ErrOutside)
	}
	at := ""
	actual, err = Follow("stat", name, func(next string, isLast bool) (target []string, err error) {
		if !isLast && r.isKnown(next) {
			return nil, nil
		}
		if info, err = r.root.Lstat(filepath.FromSlash(next)); err != nil {
			return nil, err
		}
		at = next
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			if target, err = r.link(next); err != nil {
				return nil, fail("stat", name, err)
			}
			return target, nil
		case info.IsDir():
			r.know(next)
		case !isLast:
			return nil, fail("stat", name, syscall.ENOTDIR)
		}
		return nil, nil
	})
	if err != nil {
		return "", nil, err
	}
	if at != actual { // the path ends in "..", or in a folder that is known
		info, err = r.root.Lstat(filepath.FromSlash(actual))
	}
	return actual, info, err
}

// link are the parts of a link's target, which is relative to the link's folder.
func (r *Root) link(name string) ([]string, error) {
	target, err := r.root.Readlink(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	target = filepath.ToSlash(target)
	if path.IsAbs(target) || filepath.VolumeName(target) != "" {
		return nil, ErrOutside
	}
	return strings.Split(target, "/"), nil
}

func (r *Root) isKnown(dir string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[dir]
}

func (r *Root) know(dir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) < maxKnown {
		r.known[dir] = true
	}
}

// Stat is what is at a path, links followed. It opens nothing.
func (r *Root) Stat(name string) (fs.FileInfo, error) {
	_, info, err := r.Real(name)
	return info, err
}

// Lstat is what is at a path, its last link not followed. It opens nothing.
func (r *Root) Lstat(name string) (fs.FileInfo, error) {
	dir, _, err := r.Real(path.Dir(path.Clean(name)))
	if err != nil {
		return nil, err
	}
	return r.root.Lstat(filepath.FromSlash(path.Join(dir, path.Base(name))))
}

// Open opens a regular file to read it. The error wraps ErrNotRegular for anything
// else, which is never waited for, and ErrVersionControl for a file of .git but its
// index.
func (r *Root) Open(name string) (*os.File, error) {
	actual, info, err := r.Real(name)
	switch {
	case err != nil:
		return nil, err
	case InVersionControl(actual) && !isPublic(actual, name):
		return nil, fail("open", name, ErrVersionControl)
	case !info.Mode().IsRegular():
		return nil, fail("open", name, ErrNotRegular)
	}
	// Should it have become a pipe just now, opening it does not wait.
	f, err := r.root.OpenFile(filepath.FromSlash(actual), os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	return regular(f, name)
}

// regular is f if it is a regular file, and closes it otherwise.
func regular(f *os.File, name string) (*os.File, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fail("open", name, ErrNotRegular)
	}
	if err != nil {
		_ = f.Close() // it was only read from
		return nil, err
	}
	return f, nil
}

// Read reads a regular file of at most limit bytes. The error wraps ErrTooLarge for
// a larger one.
func (r *Root) Read(name string, limit int64) ([]byte, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	return bounded(f, name, limit)
}

func bounded(f io.Reader, name string, limit int64) ([]byte, error) {
	src, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(src)) > limit {
		return nil, fail("read", name, fmt.Errorf("%w: it has more than %d bytes", ErrTooLarge, limit))
	}
	return src, err
}

// List are the entries of a folder, sorted by name, at most limit of them; more
// says that there are others, of which nobody knows which. Links are listed as
// such. The error wraps ErrVersionControl for a folder in .git.
func (r *Root) List(dir string, limit int) (entries []fs.DirEntry, more bool, err error) {
	actual, err := r.folder(dir)
	switch {
	case err != nil:
		return nil, false, err
	case InVersionControl(actual):
		return nil, false, fail("open", dir, ErrVersionControl)
	}
	f, err := r.root.OpenFile(filepath.FromSlash(actual), os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	entries, err = f.ReadDir(limit + 1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	more = len(entries) > limit
	entries = entries[:min(len(entries), limit)]
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, entry := range entries {
		if entry.IsDir() {
			r.know(path.Join(actual, entry.Name()))
		}
	}
	return entries, more, err
}

// folder is the path of a folder without links. What is known to be none is not looked at
// again: each look opens all folders above.
func (r *Root) folder(dir string) (actual string, err error) {
	if clean := path.Clean(dir); r.isKnown(clean) {
		return clean, nil
	}
	actual, info, err := r.Real(dir)
	if err == nil && !info.IsDir() {
		err = fail("open", dir, syscall.ENOTDIR)
	}
	return actual, err
}

// InVersionControl reports whether a path names a folder of version control, or
// leads into one, however the file system writes its name.
func InVersionControl(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		switch strings.ToLower(strings.TrimRight(part, ". ")) {
		case ".git", ".hg", ".svn", "git~1":
			return true
		}
		return false
	})
}

// isPublic reports whether a path, which leads through no link, is that of git's
// index, which has names and hashes, or of a file .git, which has a path: by these one
// knows what git tracks. They hold no secrets.
func isPublic(actual, name string) bool {
	base := strings.TrimSuffix(actual, "/index")
	return actual == path.Clean(name) && path.Base(base) == ".git" && !InVersionControl(path.Dir(base))
}

func fail(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }
