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
}

func (m *memo[T]) get(key string, ask func() (T, error)) (T, error) {
	m.mu.Lock()
	if m.answers == nil {
		m.answers = map[string]*answer[T]{}
	}
	a := m.answers[key]
	if a == nil {
		a = &answer[T]{}
		m.answers[key] = a
	}
	m.mu.Unlock()
	a.once.Do(func() {
		a.err = &lint.Unavailable{Reason: "the look-up crashed"} // what others are told if it does
		a.value, a.err = ask()
	})
	return a.value, a.err
}
