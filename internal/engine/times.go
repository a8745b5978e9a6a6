package engine

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// RuleTimes adds up how long each rule takes, over all files. A rule that asks
// first for a fact about a file pays for it. A nil RuleTimes measures nothing. It is
// safe for concurrent use.
type RuleTimes struct {
	mu    sync.Mutex
	rules map[string]*RuleTime
}

// RuleTime is how long a rule took, on how many files, rounds of fixes counted one
// by one.
type RuleTime struct {
	Rule  string
	Files int
	Spent time.Duration
}

// begin is when a rule begins; the zero time where nothing is measured.
func (t *RuleTimes) begin() time.Time {
	if t == nil {
		return time.Time{}
	}
	return time.Now()
}

// end adds what a rule took since its beginning.
func (t *RuleTimes) end(rule string, begin time.Time) {
	if t == nil {
		return
	}
	spent := time.Since(begin)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rules == nil {
		t.rules = map[string]*RuleTime{}
	}
	r := t.rules[rule]
	if r == nil {
		r = &RuleTime{Rule: rule}
		t.rules[rule] = r
	}
	r.Files++
	r.Spent += spent
}

// All lists the rules that ran, the slowest first.
func (t *RuleTimes) All() []RuleTime {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]RuleTime, 0, len(t.rules))
	for _, r := range t.rules {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b RuleTime) int {
		return cmp.Or(cmp.Compare(b.Spent, a.Spent), cmp.Compare(a.Rule, b.Rule))
	})
	return all
}
