package review

import (
	"slices"
	"strings"
	"time"
)

// Thread is a thread of review comments that dockmend began.
type Thread struct {
	// ID and Root name the thread and its first comment for the platform.
	ID, Root string
	// Database and created order comments by age.
	Database int64
	Created  time.Time
	// Path is the file's; Marks are the findings that its first comment and our replies have.
	Path  string
	Marks []string
	// Repeats are our replies that have nothing which an earlier comment of the thread has not.
	Repeats []string
	// Resolved and Minimized are set for one that does not speak for its findings any more.
	Resolved, Minimized bool
	// ByPerson is set where somebody else resolved or minimised it.
	ByPerson bool
	// Replied is set where somebody else answered.
	Replied bool
	// CanResolve is set where this token may resolve it.
	CanResolve bool
}

// Live reports whether the thread still speaks for its findings.
func (t *Thread) Live() bool { return !t.Resolved && !t.Minimized }

// Threads are a pull request's, as far as they are ours.
type Threads struct {
	// Head is the pull request's head commit now.
	Head string
	All  []*Thread
}

// Add takes in the findings of a reply of ours.
func (t *Thread) Add(reply string, marks []string) {
	known := !slices.ContainsFunc(marks, func(m string) bool { return !slices.Contains(t.Marks, m) })
	if known {
		t.Repeats = append(t.Repeats, reply)
	}
	t.Marks = append(t.Marks, marks...)
}

// older orders threads by when they were begun.
func older(a, b *Thread) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	switch {
	case a.Database < b.Database:
		return -1
	case a.Database > b.Database:
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}

// Superfluous are the live threads all of whose findings older ones have, and
// that no one answered.
func (t *Threads) Superfluous() []*Thread {
	sorted := slices.Clone(t.All)
	slices.SortFunc(sorted, older)
	seen := map[string]bool{}
	var extra []*Thread
	for _, thread := range sorted {
		if !thread.Live() {
			continue
		}
		known := !slices.ContainsFunc(thread.Marks, func(mark string) bool { return !seen[mark] })
		if known && !thread.Replied {
			extra = append(extra, thread)
			continue
		}
		for _, mark := range thread.Marks {
			seen[mark] = true
		}
	}
	return extra
}

// Repeat reports whether anything of ours was said twice.
func (t *Threads) Repeat() bool {
	return len(t.Superfluous()) > 0 || slices.ContainsFunc(t.All, func(x *Thread) bool { return len(x.Repeats) > 0 })
}
