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

	mu    sync.Mutex
	done  int
	shown bool
}

// NewProgress counts to all on a terminal; nothing is shown in the first second.
func NewProgress(w io.Writer, now func() time.Time, all int) *Progress {
	return &Progress{w: w, now: now, begin: now(), all: all}
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
	_, _ = fmt.Fprintf(p.w, "\r%d of %d files", p.done, p.all)
}

// End wipes the line.
func (p *Progress) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
