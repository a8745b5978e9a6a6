package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
)

// Limits on what is read.
const (
	// maxFile is in bytes.
	maxFile = 4 << 20
	// maxNames is the number of names in a folder that are listed, the first in
	// their order.
	maxNames = 10_000
)

// Store has what a run has read. It is safe for concurrent use: the same question
// is answered once, while others who ask it wait. What it gives is shared, and so
// must not be changed.
type Store struct {
	files Files
	shown func(string) string
	memo  memo

	mu   sync.Mutex
	cuts map[string]bool
}

// New makes a store over files. shown says how reports name a path of the root;
// nil leaves it as it is.
func New(files Files, shown func(string) string) *Store {
	if shown == nil {
		shown = func(name string) string { return name }
	}
	return &Store{files: files, shown: shown, memo: newMemo(maxKept), cuts: map[string]bool{}}
}

// Shown is how reports name a path of the root.
func (s *Store) Shown(name string) string { return s.shown(name) }

// Keys of what the store itself keeps of a name.
type (
	statKey   struct{}
	listKey   struct{}
	sourceKey struct{}
)

// kind is what a name stands for.
type kind struct {
	dir, regular bool
	err          error
}

// Exists reports whether a name is that of a file or a folder.
func (s *Store) Exists(name string) (isDir, ok bool) {
	k := s.stat(name)
	return k.dir, k.err == nil
}

// Folder returns nil if a name is that of a folder, else the error: one that
// wraps fs.ErrNotExist or fs.ErrPermission, or lint.ErrOutside.
func (s *Store) Folder(name string) error {
	switch k := s.stat(name); {
	case k.err != nil:
		return escape(k.err)
	case !k.dir:
		return fmt.Errorf("%s is no folder: %w", name, fs.ErrNotExist)
	}
	return nil
}

func (s *Store) stat(name string) kind {
	return s.memo.get(memoKey{name, statKey{}}, func() (any, int) {
		info, err := s.files.Stat(name)
		if err != nil {
			return kind{err: err}, smallEntry
		}
		return kind{dir: info.IsDir(), regular: info.Mode().IsRegular()}, smallEntry
	}).(kind)
}

// answer is what is kept of a question that may fail.
type answer[T any] struct {
	value T
	err   error
}

// List returns the names in a folder in order, at most 10,000; those of folders
// end in a slash. The errors are those of Folder.
func (s *Store) List(name string) ([]string, error) {
	a := s.memo.get(memoKey{name, listKey{}}, func() (any, int) {
		names, err := s.list(name)
		size := smallEntry
		for _, n := range names {
			size += len(n) + nameEntry
		}
		return answer[[]string]{names, err}, size
	}).(answer[[]string])
	return a.value, a.err
}

func (s *Store) list(name string) ([]string, error) {
	// A pipe would wait for somebody who writes to it.
	if err := s.Folder(name); err != nil {
		return nil, err
	}
	entries, err := s.files.ReadDir(name)
	if err != nil {
		return nil, escape(err)
	}
	if len(entries) > maxNames {
		s.Cut(fmt.Sprintf("%s has more than %d files and folders: only the first were looked at", s.shown(name), maxNames))
		entries = entries[:maxNames]
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

// Source returns a file with its lines, of at most 4 MiB. The errors are those of
// Folder, or say that it is not a regular file or too large.
func (s *Store) Source(name string) (*lint.Source, error) {
	a := s.memo.get(memoKey{name, sourceKey{}}, func() (any, int) {
		src, err := s.read(name)
		if err != nil {
			return answer[*lint.Source]{err: err}, smallEntry
		}
		source := lint.NewSource(s.shown(name), src)
		return answer[*lint.Source]{value: source}, smallEntry + len(src) + lineEntry*source.Lines.Lines()
	}).(answer[*lint.Source])
	return a.value, a.err
}

func (s *Store) read(name string) ([]byte, error) {
	// Before it is opened: a pipe would wait for somebody who writes to it.
	switch k := s.stat(name); {
	case k.err != nil:
		return nil, escape(k.err)
	case !k.regular:
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	file, err := s.files.Open(name)
	if err != nil {
		return nil, escape(err)
	}
	defer func() { _ = file.Close() }() // it was only read from
	src, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(src) > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", name, maxFile)
	}
	return src, err
}

// Shared returns what derive makes of a file, once for all who ask by the same key,
// and the file. derive must not ask the store: who waits for each other would wait
// for ever. What it makes must be safe for concurrent use.
func (s *Store) Shared(name string, key any, derive func(*lint.Source) any) (made any, source *lint.Source, err error) {
	type pair struct {
		made   any
		source *lint.Source
	}
	if source, err = s.Source(name); err != nil {
		return nil, nil, err
	}
	p := s.memo.get(memoKey{name, key}, func() (any, int) {
		return pair{derive(source), source}, documentEntry + documentByte*len(source.Bytes)
	}).(pair)
	return p.made, p.source, nil
}

// Weighed is something that knows about how many bytes of memory it takes.
type Weighed interface{ Weight() int }

// Derived returns what derive makes of a folder, kept for all who ask by the same
// key. derive may ask the store; several may make it at the same time, and all of them
// get the same. What it makes must be safe for concurrent use.
func (s *Store) Derived(name string, key any, derive func() any) any {
	return s.memo.keep(memoKey{name, key}, func() (any, int) {
		made := derive()
		if w, ok := made.(Weighed); ok {
			return made, derivedEntry + w.Weight()
		}
		return made, derivedEntry
	})
}

// Forget drops all that was read. Who asks for it again reads it again.
func (s *Store) Forget() { s.memo.forget() }

// Cut notes that a bound has cut what was looked at; message says what.
func (s *Store) Cut(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cuts[message] = true
}

// Cuts lists what bounds have cut so far, in order.
func (s *Store) Cuts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for message := range s.cuts {
		all = append(all, message)
	}
	slices.Sort(all)
	return all
}

// escape makes the error of a path that leads out of the root the one that
// lint.Context promises.
func escape(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w: %w", lint.ErrOutside, err)
}
