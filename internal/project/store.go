package project

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// maxNames is the number of names in a folder that are listed, the first in their
// order.
const maxNames = limits.FolderNames

// Store has what a run has read. It is safe for concurrent use: the same question
// is answered once, while others who ask it wait. What it gives is shared, and so
// must not be changed.
type Store struct {
	files Files
	shown func(string) string
	memo  memo
	// derived has what was made of several files; those that are read next do not push
	// it out.
	derived memo
	again   reread

	// recorder notes what is asked for; nil for a store whose files do not change.
	recorder *recorder

	mu   sync.Mutex
	cuts map[Cut]bool
}

// New makes a store over files. shown says how reports name a path of the root;
// nil leaves it as it is.
func New(files Files, shown func(string) string) *Store {
	if shown == nil {
		shown = func(name string) string { return name }
	}
	return &Store{
		files: files, shown: shown, memo: newMemo(maxKept), derived: newMemo(maxDerived), again: newReread(maxReread), cuts: map[Cut]bool{},
	}
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
	// linked is set where the name may be another one's, by a link on the way to it.
	linked bool
	err    error
}

// Exists reports whether a name is that of a file or a folder.
func (s *Store) Exists(name string) (isDir, ok bool) {
	s.recorder.name(name)
	k := s.stat(name)
	return k.dir, k.err == nil
}

// Folder returns nil if a name is that of a folder, else the error: one that
// wraps fs.ErrNotExist or fs.ErrPermission, or lint.ErrOutside.
func (s *Store) Folder(name string) error {
	s.recorder.name(name)
	k := s.stat(name)
	if k.err != nil {
		k = s.asked(name) // for the reason as the system gives it
	}
	switch {
	case k.err != nil:
		return escape(k.err)
	case !k.dir:
		return fmt.Errorf("%s is not a folder: %w", name, fs.ErrNotExist)
	}
	return nil
}

// stat is what a name stands for. Most of the names that are asked about are of files that
// are not there, so the folder is listed first: it answers for all of them.
func (s *Store) stat(name string) kind {
	if name == "." || !fs.ValidPath(name) {
		return s.asked(name)
	}
	k, known := s.listed(name)
	if !known {
		k = s.asked(name)
		k.linked = true
	}
	if k.linked {
		s.recorder.link(name)
	}
	return k
}

// asked is what a name stands for by itself.
func (s *Store) asked(name string) kind {
	return s.memo.get(memoKey{name, statKey{}}, func() (any, int) {
		info, err := s.files.Stat(name)
		if err != nil {
			return kind{err: err}, smallEntry
		}
		return kind{dir: info.IsDir(), regular: info.Mode().IsRegular()}, smallEntry
	}).(kind)
}

// listed is what a name stands for by the list of its folder. It is not known for a link or
// a pipe, and where the folder cannot be listed, or not as a whole.
func (s *Store) listed(name string) (k kind, known bool) {
	dir, base := path.Dir(name), path.Base(name)
	l := s.listing(dir)
	if l.err != nil { // below what is not there is nothing
		k = s.stat(dir)
		return k, errors.Is(k.err, fs.ErrNotExist)
	}
	switch {
	case l.others[base]:
		return kind{}, false
	case has(l.names, base):
		return kind{regular: true, linked: l.linked}, true
	case has(l.names, base+"/"):
		return kind{dir: true, linked: l.linked}, true
	}
	return kind{err: &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}}, !l.cut
}

func has(names []string, name string) bool {
	_, ok := slices.BinarySearch(names, name)
	return ok
}

// listing is what a folder has.
type listing struct {
	// names in order, those of folders with a slash at their end; cut says that there are more.
	names []string
	cut   bool
	// others are neither folders nor regular files.
	others map[string]bool
	// linked is set where a link leads to the folder.
	linked bool
	err    error
}

// List returns the names in a folder in order, at most 10,000; those of folders
// end in a slash. The errors are those of Folder.
func (s *Store) List(name string) ([]string, error) {
	l := s.listing(name)
	if l.cut {
		s.Cut(name, fmt.Sprintf("the folder has more than %s files and folders: only the first in the order of their names were looked at", limits.Number(maxNames)))
	}
	return l.names, l.err
}

func (s *Store) listing(name string) *listing {
	return s.memo.get(memoKey{name, listKey{}}, func() (any, int) {
		l := s.list(name)
		size := smallEntry
		for _, n := range l.names {
			size += len(n) + nameEntry
		}
		return l, size
	}).(*listing)
}

func (s *Store) list(name string) *listing {
	// A pipe would wait for somebody who writes to it.
	k := s.stat(name)
	switch {
	case k.err != nil:
		return &listing{err: escape(k.err)}
	case !k.dir:
		return &listing{err: fmt.Errorf("%s is no folder: %w", name, fs.ErrNotExist)}
	}
	entries, err := s.files.ReadDir(name)
	if err != nil {
		return &listing{err: escape(err)}
	}
	l := &listing{cut: len(entries) > maxNames, linked: k.linked}
	entries = entries[:min(len(entries), maxNames)]
	l.names = make([]string, len(entries))
	for i, e := range entries {
		l.names[i] = e.Name()
		switch {
		case e.IsDir():
			l.names[i] += "/"
		case !e.Type().IsRegular():
			if l.others == nil {
				l.others = map[string]bool{}
			}
			l.others[e.Name()] = true
		}
	}
	slices.Sort(l.names)
	return l
}

// answer is what is kept of a question that may fail.
type answer[T any] struct {
	value T
	err   error
}

// Source returns a file with its lines, of at most 4 MiB. The errors are those of
// Folder, or say that it is not a regular file or too large.
func (s *Store) Source(name string) (*lint.Source, error) {
	s.recorder.name(name)
	if k := s.stat(name); k.err != nil { // there is nothing to keep
		return nil, escape(k.err)
	}
	a := s.memo.get(memoKey{name, sourceKey{}}, func() (any, int) {
		source, err := s.again.get(name, func() (*lint.Source, error) {
			src, err := s.read(name)
			if err != nil {
				return nil, err
			}
			return lint.NewSource(s.shown(name), src), nil
		})
		if err != nil {
			return answer[*lint.Source]{err: err}, smallEntry
		}
		return answer[*lint.Source]{value: source}, sourceSize(source)
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
	src, err := io.ReadAll(io.LimitReader(file, limits.FileBytes+1))
	if err == nil && len(src) > limits.FileBytes {
		return nil, fmt.Errorf("%s has more than %d bytes", name, limits.FileBytes)
	}
	return bytes.Clone(src), err // what is read grows by half, and is kept
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
		made := derive(source)
		if w, ok := made.(Weighed); ok {
			return pair{made, source}, smallEntry + w.Weight()
		}
		return pair{made, source}, documentEntry + documentByte*len(source.Bytes)
	}).(pair)
	return p.made, p.source, nil
}

// Weighed is something that knows about how many bytes of memory it takes.
type Weighed interface{ Weight() int }

// Derived returns what derive makes of a folder, kept for all who ask by the same
// key. derive may ask the store; several may make it at the same time, and all of them
// get the same. What it makes must be safe for concurrent use.
func (s *Store) Derived(name string, key any, derive func() any) any {
	made := s.derived.keep(memoKey{name, key}, func() (any, int) {
		var made any
		asked := s.recorder.around(func() { made = derive() })
		size := derivedEntry + asked.weight()
		if w, ok := made.(Weighed); ok {
			size += w.Weight()
		}
		return derived{made, asked}, size
	}).(derived)
	s.recorder.add(made.asked)
	return made.made
}

// derived is what was made of a folder.
type derived struct {
	made any
	// asked is what it was made of; nil where nobody notes that.
	asked *Asked
}

// Forget drops all that was read. Who asks for it again reads it again.
func (s *Store) Forget() {
	s.memo.forget()
	s.derived.forget()
	s.again.forget()
}

// Cut is a folder of which a bound has kept something from being looked at.
type Cut struct {
	// Folder is how reports name it; Reason says which bound it was.
	Folder, Reason string
}

// Cut notes that a bound has cut what was looked at in a folder. What is left must
// depend on the order of the paths alone, never on who asked first.
func (s *Store) Cut(folder, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cuts[Cut{s.shown(folder), reason}] = true
}

// Cuts lists what bounds have cut so far, in the order of the folders.
func (s *Store) Cuts() []Cut {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.cuts), func(a, b Cut) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Reason, b.Reason))
	})
}

// escape makes the error of a path that leads out of the root the one that
// lint.Context promises.
func escape(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w: %w", lint.ErrOutside, err)
}
