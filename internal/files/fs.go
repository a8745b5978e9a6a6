package files

import (
	"io/fs"
	"syscall"
)

// maxEntries bounds what FS lists of a folder.
const maxEntries = 100_000

// FS is a file system that says what a name stands for, and lists folders.
type FS interface {
	fs.StatFS
	fs.ReadDirFS
}

// FS is the root as a file system, in which Open opens what Root.Open does, and
// folders besides. Its answers follow links in the root, and it lists at most 100,000
// entries of a folder.
func (r *Root) FS() FS { return rootFS{r} }

type rootFS struct{ root *Root }

// Open implements fs.FS.
func (f rootFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, fail("open", name, fs.ErrInvalid)
	}
	actual, info, err := f.root.Real(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return folder{actual, info}, nil
	}
	return f.root.Open(name)
}

// Stat implements fs.StatFS.
func (f rootFS) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, fail("stat", name, fs.ErrInvalid)
	}
	return f.root.Stat(name)
}

// ReadDir implements fs.ReadDirFS.
func (f rootFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, fail("open", name, fs.ErrInvalid)
	}
	entries, _, err := f.root.List(name, maxEntries)
	return entries, err
}

// folder is a folder that was opened; fs.ReadDir lists it by its file system.
type folder struct {
	name string
	info fs.FileInfo
}

// Stat implements fs.File.
func (f folder) Stat() (fs.FileInfo, error) { return f.info, nil }

// Read implements fs.File.
func (f folder) Read([]byte) (int, error) { return 0, fail("read", f.name, syscall.EISDIR) }

// Close implements fs.File.
func (f folder) Close() error { return nil }
