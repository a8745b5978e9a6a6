package run

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/files"
)

// OpenFS makes the workspace of a file system: its root is the repository's. Nothing in it
// can be written. paths are what is looked at; none means all. Links are followed by the file
// system itself, if it has any.
func OpenFS(ctx context.Context, env *Env, options *Options, files fs.FS, paths []string) (_ *Workspace, err error) {
	at := &place{paths: paths, named: paths}
	if len(paths) == 0 {
		at.paths, at.named = []string{"."}, []string{"."}
	}
	w := &Workspace{env: env, options: options, place: at, Found: &discover.Result{}, tree: anyFS{files}}
	w.watch, w.unwatch = watchOver()
	defer func() {
		if err != nil {
			w.unwatch()
		}
	}()
	for _, name := range at.paths {
		if _, err := w.tree.Stat(path.Clean(name)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, Plain(err))
		}
	}
	if err := w.setUp(nil); err != nil {
		return nil, err
	}
	return w, w.find(ctx, len(paths) > 0 && !options.AllowEmpty)
}

// anyFS is a tree that a file system has. Its paths lead nowhere else: fs.FS takes none with
// "..", and none that is absolute.
type anyFS struct{ fs.FS }

// Stat implements tree.
func (t anyFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.FS, name) }

// Lstat implements tree.
func (t anyFS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(t.FS, name) }

// Real implements tree.
func (t anyFS) Real(name string) (actual string, info fs.FileInfo, err error) {
	actual = path.Clean(name)
	info, err = fs.Stat(t.FS, actual)
	return actual, info, err
}

// Open implements tree.
func (t anyFS) Open(name string) (fs.File, error) {
	if files.InVersionControl(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: files.ErrVersionControl}
	}
	return t.FS.Open(name)
}

// Read implements tree.
func (t anyFS) Read(name string, limit int64) ([]byte, error) {
	f, err := t.Open(path.Clean(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: files.ErrNotRegular}
	}
	var src bytes.Buffer
	if _, err := io.Copy(&src, io.LimitReader(f, limit+1)); err != nil {
		return nil, err
	}
	if int64(src.Len()) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: files.ErrTooLarge}
	}
	return src.Bytes(), nil
}

// ReadDir implements tree.
func (t anyFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(t.FS, path.Clean(name)) }

// List implements tree.
func (t anyFS) List(dir string, limit int) (entries []fs.DirEntry, more bool, err error) {
	entries, err = t.ReadDir(dir)
	if len(entries) > limit {
		return entries[:limit], true, err
	}
	return entries, false, err
}

// Index implements discover.Tree: git is not asked.
func (t anyFS) Index() discover.Index { return nil }
