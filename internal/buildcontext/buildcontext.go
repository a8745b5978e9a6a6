// Package buildcontext is the gate through which rules see the files around a
// document: read-only, bounded, never outside of the root.
package buildcontext

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// Limits on what a rule gets.
const (
	// maxFile is in bytes.
	maxFile = 4 << 20
	// maxNames is the number of names in a folder that are listed.
	maxNames = 10_000
)

// New is the build context of a Dockerfile, given by its path in the root with
// slashes. The context is taken to be the folder of the Dockerfile, as it is for
// "docker build FOLDER"; a build that names another one ("docker build -f
// docker/Dockerfile .") is not known here.
//
// For another kind of file the folder is that of the file: what belongs to it is
// asked for with In. shown says how reports name a path of the root; nil leaves
// it as it is.
func New(root *os.Root, document string, shown func(string) string) lint.Context {
	if shown == nil {
		shown = func(name string) string { return name }
	}
	return &folder{root: root, dir: path.Dir(document), dockerfile: path.Base(document), shown: shown}
}

// None is the context of what was read from standard input.
func None() lint.Context { return none{} }

type folder struct {
	root *os.Root
	// dir is relative to the root, dockerfile to dir.
	dir, dockerfile string
	shown           func(string) string

	once   sync.Once
	ignore *ignorefile.Document

	// Many rules ask what lies beside the document.
	listOnce sync.Once
	names    []string
	listErr  error
}

// inside maps a path in the context to one in the root. A leading slash means
// the context, as in COPY; what leads out of it is an error.
func (f *folder) inside(name string) (string, error) {
	name = path.Clean(strings.TrimLeft(name, "/"))
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", lint.ErrOutside
	}
	return path.Join(f.dir, name), nil
}

// ReadFile implements lint.Context.
func (f *folder) ReadFile(name string) ([]byte, error) {
	at, err := f.inside(name)
	if err != nil {
		return nil, err
	}
	return f.read(at)
}

func (f *folder) read(at string) ([]byte, error) {
	// Before it is opened: a pipe would wait for somebody who writes to it.
	info, err := f.root.Stat(at)
	if err != nil {
		return nil, escape(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", at)
	}
	file, err := f.root.Open(at)
	if err != nil {
		return nil, escape(err)
	}
	defer func() { _ = file.Close() }() // it was only read from
	src, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(src) > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", at, maxFile)
	}
	return src, err
}

// Exists implements lint.Context.
func (f *folder) Exists(name string) (isDir, ok bool) {
	at, err := f.inside(name)
	if err != nil {
		return false, false
	}
	info, err := f.root.Stat(at)
	if err != nil {
		return false, false
	}
	return info.IsDir(), true
}

// List implements lint.Context.
func (f *folder) List(name string) ([]string, error) {
	at, err := f.inside(name)
	if err != nil {
		return nil, err
	}
	if at != path.Clean(f.dir) {
		return f.list(at)
	}
	f.listOnce.Do(func() { f.names, f.listErr = f.list(at) })
	return f.names, f.listErr
}

func (f *folder) list(at string) ([]string, error) {
	// A pipe would wait for somebody who writes to it.
	if info, err := f.root.Stat(at); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder: %w", at, fs.ErrNotExist)
	}
	dir, err := f.root.Open(at)
	if err != nil {
		return nil, escape(err)
	}
	defer func() { _ = dir.Close() }() // it was only read from
	entries, err := dir.ReadDir(maxNames)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
		if e.IsDir() {
			names[i] += "/"
		}
	}
	slices.Sort(names)
	return names, nil
}

// Ignored implements lint.Context. The ignore file is the one named after the
// Dockerfile if there is one, else the context's.
func (f *folder) Ignored(name string) (pattern string, ignored bool) {
	f.once.Do(func() {
		for _, ignore := range []string{f.dockerfile + ".dockerignore", ".dockerignore"} {
			src, err := f.read(path.Join(f.dir, ignore))
			if err == nil {
				f.ignore = ignorefile.Parse(src)
				return
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return // what cannot be read ignores nothing that is known
			}
		}
	})
	if f.ignore == nil {
		return "", false
	}
	p, ignored := f.ignore.Ignored(name)
	if p == nil {
		return "", ignored
	}
	return p.Text, ignored
}

// Known implements lint.Context.
func (f *folder) Known() bool { return true }

// In implements lint.Context.
func (f *folder) In(name, dockerfile string) (lint.Context, error) {
	at := path.Join(f.dir, name)
	if path.IsAbs(name) || at == ".." || strings.HasPrefix(at, "../") {
		return nil, lint.ErrOutside
	}
	if at != path.Clean(f.dir) { // this one is there
		info, err := f.root.Stat(at)
		switch {
		case err != nil:
			return nil, escape(err)
		case !info.IsDir():
			return nil, fmt.Errorf("%s is no folder: %w", at, fs.ErrNotExist)
		}
	}
	return &folder{root: f.root, dir: at, dockerfile: dockerfile, shown: f.shown}, nil
}

// Path implements lint.Context.
func (f *folder) Path(name string) string { return f.shown(path.Join(f.dir, name)) }

// escape makes the error of a path that leads out of the root the one that
// lint.Context promises.
func escape(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w: %w", lint.ErrOutside, err)
}

type none struct{}

func (none) ReadFile(string) ([]byte, error) { return nil, fs.ErrNotExist }
func (none) Exists(string) (isDir, ok bool)  { return false, false }
func (none) List(string) ([]string, error)   { return nil, fs.ErrNotExist }
func (none) Ignored(string) (string, bool)   { return "", false }
func (none) Known() bool                     { return false }
func (none) Path(name string) string         { return name }

func (none) In(string, string) (lint.Context, error) { return nil, fs.ErrNotExist }
