package project

import (
	"container/list"
	"sync"
)

// Estimates of what is kept, in bytes of memory.
const (
	// maxKept is for files and folders: what neighbours look at lies close together in the
	// order of paths, and each byte that is kept costs more than two (GOGC).
	maxKept = 8 << 20
	// maxDerived is for what is derived from folders, which is small beside the files
	// that were read for it, and takes long to make again.
	maxDerived = 8 << 20
	// maxReread is for the files that were dropped and read again. Few are, unless a
	// file speaks of many others.
	maxReread = 32 << 20
	// smallEntry is for an answer without contents, with its key.
	smallEntry = 640
	// nameEntry is for a name in a folder.
	nameEntry = 32
	// derivedEntry is for what is derived from a folder and does not say its size.
	derivedEntry = 4096
	// lineEntry is for a line of a file, whose start is kept.
	lineEntry = 8
	// documentEntry is for a file that was parsed, documentByte for each byte of it.
	documentEntry = 4096
	documentByte  = 24
)

// memo keeps answers by their keys. It drops what was not asked for longest once
// it keeps more than its bound; who asks for that again makes it again.
type memo struct {
	mu      sync.Mutex
	entries map[memoKey]*memoEntry
	// recent has the entries, those asked for last at its front.
	recent      *list.List
	kept, bound int
}

type memoKey struct {
	name string
	what any
}

type memoEntry struct {
	key    memoKey
	derive func() (any, int)
	// size is 0 until the answer is there.
	size int
	at   *list.Element
}

func newMemo(bound int) memo {
	return memo{entries: map[memoKey]*memoEntry{}, recent: list.New(), bound: bound}
}

// get returns the answer for a key, which derive makes with its size in bytes if it
// is not there. Those who ask meanwhile wait for it. If derive panics, all of them
// do.
func (m *memo) get(key memoKey, derive func() (any, int)) any {
	m.mu.Lock()
	e := m.entries[key]
	if e == nil {
		e = &memoEntry{key: key, derive: sync.OnceValues(derive)}
		e.at = m.recent.PushFront(e)
		m.entries[key] = e
	} else {
		m.recent.MoveToFront(e.at)
	}
	known := e.size > 0
	m.mu.Unlock()
	value, size := e.derive()
	if !known {
		m.weigh(e, size)
	}
	return value
}

// keep returns the answer for a key, which derive makes if it is not there. Several
// who ask at the same time may make it; all of them get the same. Unlike in get, derive
// may ask for other answers.
func (m *memo) keep(key memoKey, derive func() (any, int)) any {
	m.mu.Lock()
	e := m.entries[key]
	if e != nil {
		m.recent.MoveToFront(e.at)
	}
	m.mu.Unlock()
	if e != nil {
		value, _ := e.derive()
		return value
	}
	value, size := derive()
	return m.get(key, func() (any, int) { return value, size })
}

// forget drops all answers.
func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.kept = map[memoKey]*memoEntry{}, 0
	m.recent.Init()
}

// drop drops those answers that are there and of which old says that they are old.
func (m *memo) drop(old func(memoKey, *memoEntry) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.entries {
		if e.size == 0 || !old(key, e) {
			continue
		}
		m.recent.Remove(e.at)
		delete(m.entries, key)
		m.kept -= e.size
	}
}

// weigh counts an entry whose answer is there, and drops the oldest ones.
func (m *memo) weigh(e *memoEntry, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.size > 0 || m.entries[e.key] != e {
		return
	}
	e.size = size
	m.kept += size
	for m.kept > m.bound && m.recent.Len() > 1 {
		oldest := m.recent.Back().Value.(*memoEntry)
		m.recent.Remove(oldest.at)
		delete(m.entries, oldest.key)
		m.kept -= oldest.size
	}
}
