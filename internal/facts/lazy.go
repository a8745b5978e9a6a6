package facts

import "sync"

// lazy is a value that is made when it is first asked for; the others who ask
// meanwhile wait. What makes it must not ask for it.
type lazy[T any] struct {
	once  sync.Once
	value T
}

func (l *lazy[T]) get(derive func() T) T {
	l.once.Do(func() { l.value = derive() })
	return l.value
}

// maxMemo is how many values a memo keeps: more than one file has names.
const maxMemo = 1 << 19

// memo has values by their keys, each made when it is first asked for. Several who
// ask at the same time may make it; all of them get the same. Past so many it keeps no more.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	kept map[K]V
}

func (m *memo[K, V]) get(key K, derive func() V) V {
	m.mu.Lock()
	value, ok := m.kept[key]
	m.mu.Unlock()
	if ok {
		return value
	}
	return m.keep(key, derive())
}

func (m *memo[K, V]) keep(key K, value V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if first, ok := m.kept[key]; ok {
		return first
	}
	if m.kept == nil {
		m.kept = map[K]V{}
	}
	if len(m.kept) < maxMemo {
		m.kept[key] = value
	}
	return value
}
