// Package project reads the files of a repository once for a whole run. A Store
// keeps what was listed, read and parsed, for all who ask, and takes the files
// from wherever they are: a disk, a commit, an interface, an editor.
package project

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/fileinfo"
)

// Files is where files come from. Names are those of io/fs: relative to the root
// of the repository, with slashes, "." for the root itself; no name leads out of
// it. Stat and Open follow links, as far as these stay inside of the root.
//
// The errors matter: one that wraps fs.ErrNotExist says that nothing has the
// name, fs.ErrPermission that it may not be read, and any other that the name
// leads out of the root. ReadDir gives the names in order. A size that is too
// small does no harm, and one that is too large keeps the file from being read.
//
// A source must be safe for concurrent use, and must give the same answers as
// long as it is used.
type Files interface {
	fs.StatFS
	fs.ReadDirFS
}

// Disk is a folder of the disk, and never anything outside of it.
func Disk(root *os.Root) Files {
	return root.FS().(Files) // as its documentation promises
}

// Overlay is a source in which some files have other contents, by name: those
// that an editor or a round of fixes has changed and not yet saved. A file that
// the source lacks is added, as are its folders.
func Overlay(files Files, changed map[string][]byte) Files {
	o := &overlay{Files: files, changed: changed, below: map[string]map[string]fileinfo.Info{}}
	for name, content := range changed {
		o.add(name, fileInfo(name, content))
	}
	return o
}

type overlay struct {
	Files
	changed map[string][]byte
	// below is what the changed files put into a folder, by base name.
	below map[string]map[string]fileinfo.Info
}

// add notes an entry and the folders that it lies in.
func (o *overlay) add(name string, info fileinfo.Info) {
	for name != "." {
		dir := path.Dir(name)
		if o.below[dir] == nil {
			o.below[dir] = map[string]fileinfo.Info{}
		}
		o.below[dir][path.Base(name)] = info
		name, info = dir, fileinfo.Info{Base: path.Base(dir), Bits: fs.ModeDir | 0o755}
	}
}

// Open implements fs.FS.
func (o *overlay) Open(name string) (fs.File, error) {
	if content, ok := o.changed[name]; ok {
		return &changedFile{Reader: bytes.NewReader(content), info: fileInfo(name, content)}, nil
	}
	return o.Files.Open(name)
}

// Stat implements fs.StatFS.
func (o *overlay) Stat(name string) (fs.FileInfo, error) {
	if content, ok := o.changed[name]; ok {
		return fileInfo(name, content), nil
	}
	info, err := o.Files.Stat(name)
	if err != nil && len(o.below[name]) > 0 {
		return fileinfo.Info{Base: path.Base(name), Bits: fs.ModeDir | 0o755}, nil
	}
	return info, err
}

// ReadDir implements fs.ReadDirFS.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := o.Files.ReadDir(name)
	added := maps.Clone(o.below[name])
	if len(added) == 0 {
		return entries, err
	}
	for _, e := range entries {
		delete(added, e.Name())
	}
	entries = slices.Clone(entries)
	for _, info := range added {
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func fileInfo(name string, content []byte) fileinfo.Info {
	return fileinfo.Info{Base: path.Base(name), Bytes: int64(len(content)), Bits: 0o644}
}

type changedFile struct {
	*bytes.Reader
	info fileinfo.Info
}

// Stat implements fs.File.
func (f *changedFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close implements fs.File.
func (f *changedFile) Close() error { return nil }
