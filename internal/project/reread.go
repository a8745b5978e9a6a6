package project

import (
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
)

// reread keeps the files that are read a second time, up to a bound in bytes of
// memory. One that looks at all others, such as the Compose file of a large
// repository, asks for more than the memo keeps; so each file is read twice at most,
// and those that nobody else asks for are not kept.
type reread struct {
	mu          sync.Mutex
	names       map[string]bool
	kept        map[string]*lint.Source
	size, bound int
}

func newReread(bound int) reread {
	return reread{names: map[string]bool{}, kept: map[string]*lint.Source{}, bound: bound}
}

// get returns a file that is kept, or reads it.
func (r *reread) get(name string, read func() (*lint.Source, error)) (*lint.Source, error) {
	r.mu.Lock()
	source := r.kept[name]
	r.mu.Unlock()
	if source != nil {
		return source, nil
	}
	source, err := read()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if size := sourceSize(source); r.names[name] && r.size+size <= r.bound {
		r.kept[name] = source
		r.size += size
	}
	r.names[name] = true
	return source, nil
}

// forget drops all files.
func (r *reread) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names, r.kept, r.size = map[string]bool{}, map[string]*lint.Source{}, 0
}

// sourceSize is about how many bytes of memory a file takes.
func sourceSize(source *lint.Source) int {
	return smallEntry + len(source.Bytes) + lineEntry*source.Lines.Lines()
}
