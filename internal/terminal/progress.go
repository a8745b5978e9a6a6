package terminal

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// delay is how long a run takes before its progress is shown.
const delay = time.Second

// Progress is a line that counts what is done. It is safe for concurrent use.
type Progress struct {
	w     io.Writer
	now   func() time.Time
	begin time.Time
	all   int
	what  string

	mu    sync.Mutex
	done  int
	shown bool
}

// NewProgress counts to all of what is named, as "files", on a terminal; nothing is shown in
// the first second.
func NewProgress(w io.Writer, now func() time.Time, all int, what string) *Progress {
	return &Progress{w: w, now: now, begin: now(), all: all, what: what}
}

// Step counts one more. What is read twice counts once too often, so it stops at all.
func (p *Progress) Step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = min(p.done+1, p.all)
	if p.now().Sub(p.begin) < delay {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.w, "\r%d of %d %s", p.done, p.all, p.what)
}

// End wipes the line, until the next step.
func (p *Progress) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		p.shown = false
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
