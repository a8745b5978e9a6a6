// Package buildcontext is the gate through which rules see the files around a
// document: read-only, bounded, never outside of the root.
package buildcontext

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// New is the build context of a Dockerfile, given by its path in the root with
// slashes. The context is taken to be the folder of the Dockerfile, as it is for
// "docker build FOLDER"; a build that names another one ("docker build -f
// docker/Dockerfile .") is not known here.
//
// For another kind of file the folder is that of the file: what belongs to it is
// asked for with In.
func New(store *project.Store, document string) lint.Context {
	return &folder{store: store, dir: path.Dir(document), dockerfile: path.Base(document)}
}

// None is the context of what was read from standard input.
func None() lint.Context { return none{} }

type folder struct {
	store *project.Store
	// dir is relative to the root, dockerfile to dir.
	dir, dockerfile string

	once   sync.Once
	ignore *ignorefile.Document
	// ignoreName is the path of the ignore file from the root; empty if there is none.
	ignoreName string
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
	src, err := f.Source(name)
	if err != nil {
		return nil, err
	}
	return src.Bytes, nil
}

// Source implements lint.Context.
func (f *folder) Source(name string) (*lint.Source, error) {
	at, err := f.inside(name)
	if err != nil {
		return nil, err
	}
	return f.store.Source(at)
}

// Shared implements lint.Context.
func (f *folder) Shared(name string, key any, derive func(*lint.Source) any) (made any, source *lint.Source, err error) {
	at, err := f.inside(name)
	if err != nil {
		return nil, nil, err
	}
	return f.store.Shared(at, key, derive)
}

// derivedKey is the key of something that depends on the ignore file.
type derivedKey struct {
	ignoreName string
	key        any
}

// Derived implements lint.Context.
func (f *folder) Derived(key any, derive func() any) any {
	f.once.Do(f.readIgnoreFile)
	return f.store.Derived(f.dir, derivedKey{f.ignoreName, key}, derive)
}

// Exists implements lint.Context.
func (f *folder) Exists(name string) (isDir, ok bool) {
	at, err := f.inside(name)
	if err != nil {
		return false, false
	}
	return f.store.Exists(at)
}

// List implements lint.Context.
func (f *folder) List(name string) ([]string, error) {
	at, err := f.inside(name)
	if err != nil {
		return nil, err
	}
	return f.store.List(at)
}

// Ignored implements lint.Context. The ignore file is the one named after the
// Dockerfile if there is one, else the context's.
func (f *folder) Ignored(name string) (pattern string, ignored bool) {
	f.once.Do(f.readIgnoreFile)
	if f.ignore == nil {
		return "", false
	}
	p, ignored := f.ignore.Ignored(name)
	if p == nil {
		return "", ignored
	}
	return p.Text, ignored
}

func (f *folder) readIgnoreFile() {
	for _, name := range []string{f.dockerfile + ".dockerignore", ".dockerignore"} {
		at := path.Join(f.dir, name) // the Dockerfile may lie beside the context
		d, _, err := lint.Shared(&folder{store: f.store, dir: path.Dir(at)}, path.Base(at), parseIgnoreFile)
		if err == nil {
			f.ignore, f.ignoreName = d, at
			return
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return // what cannot be read ignores nothing that is known
		}
	}
}

func parseIgnoreFile(src *lint.Source) *ignorefile.Document {
	return ignorefile.ParseIndexed(src.Bytes, src.Lines)
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
		if err := f.store.Folder(at); err != nil {
			return nil, err
		}
	}
	return &folder{store: f.store, dir: at, dockerfile: dockerfile}, nil
}

// Path implements lint.Context.
func (f *folder) Path(name string) string { return f.store.Shown(path.Join(f.dir, name)) }

// Cut implements lint.Context.
func (f *folder) Cut(reason string) { f.store.Cut(f.dir, reason) }

type none struct{}

func (none) ReadFile(string) ([]byte, error)     { return nil, fs.ErrNotExist }
func (none) Source(string) (*lint.Source, error) { return nil, fs.ErrNotExist }
func (none) Exists(string) (isDir, ok bool)      { return false, false }
func (none) List(string) ([]string, error)       { return nil, fs.ErrNotExist }
func (none) Ignored(string) (string, bool)       { return "", false }
func (none) Known() bool                         { return false }
func (none) Path(name string) string             { return name }
func (none) Cut(string)                          {}

func (none) In(string, string) (lint.Context, error) { return nil, fs.ErrNotExist }

func (none) Derived(_ any, derive func() any) any { return derive() }

func (none) Shared(string, any, func(*lint.Source) any) (any, *lint.Source, error) {
	return nil, nil, fs.ErrNotExist
}
