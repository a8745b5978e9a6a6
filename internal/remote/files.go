package remote

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/internal/fileinfo"
	"github.com/dockmend/dockmend/internal/files"
)

// Stat is what is at a path, links followed.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	_, n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return infoOf(path.Base(name), n), nil
}

// Lstat is Stat for a path whose last link is not followed.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	clean := path.Clean(name)
	dir, n, err := t.find("lstat", path.Dir(clean))
	switch {
	case err != nil:
		return nil, err
	case !n.dir:
		return nil, fail("lstat", name, errNoFolder)
	}
	at := path.Join(dir, path.Base(clean))
	if n = t.nodes[at]; n == nil {
		return nil, fail("lstat", name, fs.ErrNotExist)
	}
	return infoOf(path.Base(at), n), nil
}

// Real follows the links of a path. It returns the path without links, and what is there.
func (t *Tree) Real(name string) (actual string, found fs.FileInfo, err error) {
	actual, n, err := t.find("stat", name)
	if err != nil {
		return "", nil, err
	}
	return actual, infoOf(path.Base(actual), n), nil
}

// Open opens a file or a folder.
func (t *Tree) Open(name string) (fs.File, error) {
	actual, n, err := t.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case n.dir:
		return opened{bytes.NewReader(nil), infoOf(path.Base(name), n)}, nil
	case files.InVersionControl(actual):
		return nil, fail("open", name, files.ErrVersionControl)
	}
	src, err := t.content(n.entry)
	if err != nil {
		return nil, fail("open", name, err)
	}
	return opened{bytes.NewReader(src), infoOf(path.Base(name), n)}, nil
}

// Read reads a file of at most limit bytes.
func (t *Tree) Read(name string, limit int64) ([]byte, error) {
	actual, n, err := t.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case files.InVersionControl(actual):
		return nil, fail("open", name, files.ErrVersionControl)
	case n.dir:
		return nil, fail("open", name, files.ErrNotRegular)
	case n.entry.Size > limit:
		return nil, fail("read", name, tooLarge(limit))
	}
	src, err := t.content(n.entry)
	if err == nil && int64(len(src)) > limit {
		err = tooLarge(limit)
	}
	if err != nil {
		return nil, fail("read", name, err)
	}
	return src, nil
}

func tooLarge(limit int64) error {
	return fmt.Errorf("%w: it has more than %d bytes", files.ErrTooLarge, limit)
}

// ReadDir implements fs.ReadDirFS.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, n, err := t.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case files.InVersionControl(dir):
		return nil, fail("open", name, files.ErrVersionControl)
	case !n.dir:
		return nil, fail("open", name, errNoFolder)
	}
	entries := make([]fs.DirEntry, len(n.names))
	for i, base := range n.names {
		entries[i] = fs.FileInfoToDirEntry(infoOf(base, t.nodes[path.Join(dir, base)]))
	}
	return entries, nil
}

// List lists at most limit entries of a folder; more says that there are others.
func (t *Tree) List(dir string, limit int) (entries []fs.DirEntry, more bool, err error) {
	entries, err = t.ReadDir(dir)
	if len(entries) > limit {
		return entries[:limit], true, err
	}
	return entries, false, err
}

type opened struct {
	*bytes.Reader
	info fileinfo.Info
}

// Read fails for a folder.
func (f opened) Read(p []byte) (int, error) {
	if f.info.IsDir() {
		return 0, fail("read", f.info.Base, errFolder)
	}
	return f.Reader.Read(p)
}

// WriteTo is the reader's, but not for a folder.
func (f opened) WriteTo(w io.Writer) (int64, error) {
	if f.info.IsDir() {
		return 0, fail("read", f.info.Base, errFolder)
	}
	return f.Reader.WriteTo(w)
}

// Stat implements fs.File.
func (f opened) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close implements fs.File.
func (f opened) Close() error { return nil }

func infoOf(name string, n *node) fileinfo.Info {
	i := fileinfo.Info{Base: name, Bytes: max(n.entry.Size, 0), Bits: 0o644}
	switch {
	case n.dir:
		i.Bits, i.Bytes = fs.ModeDir|0o755, 0
	case n.entry.Kind == Link:
		i.Bits = fs.ModeSymlink | 0o777
	}
	return i
}
