package project

import "path"

// liveKept is how much a live store keeps, in bytes of memory by its estimates: a server
// goes through the same files again and again, in no order.
const liveKept = 64 << 20

// NewLive makes a store over files that change while it is used, such as those in an
// editor. It is for one goroutine at a time: it notes who asked for what, so that a change
// drops what was made of it and nothing else.
func NewLive(files Files, shown func(string) string) *Store {
	s := New(files, shown)
	s.memo, s.derived, s.again = newMemo(liveKept), newMemo(liveKept), newReread(0)
	s.recorder = &recorder{links: map[string]bool{}}
	return s
}

// Asked is what somebody asked a live store for.
type Asked struct {
	names map[string]bool
	// links is set where a name was looked up that may be another one's, by a link: which
	// one is not noted.
	links bool
}

// Has reports whether the answers may have another form once the content of a file has
// changed. Of nil it is not known.
func (a *Asked) Has(name string) bool { return a == nil || a.links || a.names[name] }

// weight is about how many bytes of memory it takes.
func (a *Asked) weight() int {
	if a == nil {
		return 0
	}
	return nameEntry * len(a.names)
}

// Record runs something and returns what it asked a live store for.
func (s *Store) Record(run func()) *Asked { return s.recorder.around(run) }

// Changed drops what was made of the content of a file. That the file is there, and is a
// file, must not have changed: after that the store is made anew.
func (s *Store) Changed(name string) {
	name = path.Clean(name)
	isOld := func(key memoKey) bool { return key.name == name || s.recorder.links[key.name] }
	s.memo.drop(func(key memoKey, _ *memoEntry) bool {
		switch key.what.(type) {
		case statKey, listKey:
			return false
		}
		return isOld(key)
	})
	s.derived.drop(func(_ memoKey, e *memoEntry) bool {
		made, _ := e.derive()
		return made.(derived).asked.Has(name)
	})
	s.again.forget()
}

// recorder notes what is asked for, by those who ask now: one who derives something is
// asked by another. A nil recorder notes nothing.
type recorder struct {
	now []*Asked
	// links are the names that were looked up and may be others' by a link.
	links map[string]bool
}

// around runs something and returns what it asked for. It returns nil where nothing is
// noted.
func (r *recorder) around(run func()) *Asked {
	if r == nil {
		run()
		return nil
	}
	asked := &Asked{names: map[string]bool{}}
	r.now = append(r.now, asked)
	depth := len(r.now)
	defer func() { r.now = r.now[:depth-1] }() // run may panic
	run()
	return asked
}

func (r *recorder) name(name string) {
	if r == nil || len(r.now) == 0 {
		return
	}
	r.now[len(r.now)-1].names[path.Clean(name)] = true
}

// link notes a name whose folder does not say what it is.
func (r *recorder) link(name string) {
	if r == nil {
		return
	}
	r.links[name] = true
	if len(r.now) > 0 {
		r.now[len(r.now)-1].links = true
	}
}

// add notes all that another one asked for.
func (r *recorder) add(asked *Asked) {
	if r == nil || len(r.now) == 0 || asked == nil {
		return
	}
	to := r.now[len(r.now)-1]
	to.links = to.links || asked.links
	for name := range asked.names {
		to.names[name] = true
	}
}
