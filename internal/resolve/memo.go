package resolve

import (
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
)

// memo remembers answers, errors too, and lets only one goroutine ask for each.
type memo[T any] struct {
	mu      sync.Mutex
	answers map[string]*answer[T]
}

type answer[T any] struct {
	once  sync.Once
	value T
	err   error
	// by is who asked, with what was said and what failed on the way.
	by *Resolver
}

// get asks once for all that want to know; each of them learns what was said on the way.
func (m *memo[T]) get(r *Resolver, key string, ask func(*Resolver) (T, error)) (T, error) {
	m.mu.Lock()
	if m.answers == nil {
		m.answers = map[string]*answer[T]{}
	}
	a := m.answers[key]
	if a == nil {
		a = &answer[T]{by: r.Another()}
		m.answers[key] = a
	}
	m.mu.Unlock()
	a.once.Do(func() {
		a.err = &lint.Unavailable{Reason: "the look-up crashed"} // what others are told if it does
		a.value, a.err = ask(a.by)
	})
	r.learn(a.by)
	return a.value, a.err
}
