package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"slices"
	"sync"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
)

// The last resort, for what no bound on the input foresaw. Both depend on the
// machine, so nothing that a bound can hold may come near them.
const (
	// StepTime is how long one step of a file may take.
	StepTime = 5 * time.Minute
	// HeapBytes is how much memory the process may hold.
	HeapBytes = 4 << 30
	// watchInterval is how often the watchdog looks.
	watchInterval = time.Second
)

// Watch is the watchdog of a run. When a step takes too long, or the process needs
// too much memory, the run ends there: the files that are done are reported, those
// that are not are named with their step. A nil Watch watches nothing. It is safe
// for concurrent use.
type Watch struct {
	mu    sync.Mutex
	tasks []*task
	// over is closed when the run must end; reason says why.
	over   chan struct{}
	reason string
}

// NewWatch makes a watchdog that looks at nothing until Guard is called.
func NewWatch() *Watch { return &Watch{over: make(chan struct{})} }

// task is a file in the works.
type task struct {
	watch *Watch
	path  string
	mu    sync.Mutex
	step  Step
	since time.Time
}

func (w *Watch) begin(path string) *task {
	if w == nil {
		return nil
	}
	t := &task{watch: w, path: path}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tasks = append(w.tasks, t)
	return t
}

func (t *task) end() {
	if t == nil {
		return
	}
	w := t.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.tasks, t); i >= 0 {
		w.tasks = slices.Delete(w.tasks, i, i+1)
	}
}

// enter says that a step begins, and returns the one that it interrupts, which leave takes.
func (t *task) enter(step Step) (was entered) {
	if t == nil {
		return entered{}
	}
	return t.set(entered{step, time.Now()})
}

// leave says that a step is over.
func (t *task) leave(was entered) {
	if t != nil {
		t.set(was)
	}
}

// entered is a step and when it began.
type entered struct {
	step  Step
	since time.Time
}

func (t *task) set(to entered) (was entered) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was = entered{t.step, t.since}
	t.step, t.since = to.step, to.since
	return was
}

func (t *task) now() (step Step, since time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.step, t.since
}

// Guard looks at the steps and at the memory until the context is done, and ends
// the run when either is past its limit.
func (w *Watch) Guard(ctx context.Context) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.over:
			return
		case now := <-tick.C:
			if reason := w.overdue(now, heapBytes()); reason != "" {
				w.Fire(reason)
			}
		}
	}
}

// heapBytes is the memory that the process holds.
func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}

// overdue says why the run must end, if it must.
func (w *Watch) overdue(now time.Time, heap uint64) string {
	if heap > HeapBytes {
		return fmt.Sprintf("the process needs more than %d bytes of memory", uint64(HeapBytes))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tasks {
		if step, since := t.now(); step != "" && now.Sub(since) > StepTime {
			return fmt.Sprintf("one step took longer than %s", StepTime)
		}
	}
	return ""
}

// Fire ends the run for a reason. The first one counts.
func (w *Watch) Fire(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reason == "" {
		w.reason = reason
		close(w.over)
	}
}

// Fired says why the watchdog ended the run; empty if it did not.
func (w *Watch) Fired() string {
	if w == nil {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reason
}

// stopped is closed when the context is done or the watchdog has ended the run.
// release must be called when nobody listens any more.
func (w *Watch) stopped(ctx context.Context) (stop <-chan struct{}, release func()) {
	if w == nil {
		return ctx.Done(), func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-w.over:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx.Done(), cancel
}

// stopped is said of a file that the run did not come to.
const stopped = "not checked: the run was stopped"

// Stopped makes one problem of those of many files that a stopped run did not come to.
func Stopped(problems []lint.Problem, files int) []lint.Problem {
	isStopped := func(p lint.Problem) bool { return p.Message == stopped }
	n := 0
	for _, p := range problems {
		if isStopped(p) {
			n++
		}
	}
	if n < 2 {
		return problems
	}
	kept := slices.DeleteFunc(slices.Clone(problems), isStopped)
	return append(kept, lint.Problem{Message: fmt.Sprintf("the run was stopped: %d of %d files were not checked", n, files)})
}

// unfinished says of a file that the run ended before it was done.
func (w *Watch) unfinished(path string) lint.Problem {
	reason := w.Fired()
	if w == nil || reason == "" {
		return lint.Problem{File: path, Message: stopped}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// The latest one: fixing a file checks it, too.
	for _, t := range slices.Backward(w.tasks) {
		if step, _ := t.now(); step != "" && t.path == path {
			return lint.Problem{File: path, Message: fmt.Sprintf("not finished: %s did not come to an end, and %s; please report this with the file", step, reason)}
		}
	}
	return lint.Problem{File: path, Message: "not checked: the run ended early, because " + reason}
}

// Around runs a step of a run that is about no single file, such as finding the
// files; name says in messages what it is about. A panic in it is an error, and so is
// the end of the run before its own. What run does after that must not matter.
func (w *Watch) Around(ctx context.Context, name string, step Step, run func() error) error {
	stop, release := w.stopped(ctx)
	defer release()
	t := w.begin(name)
	was := t.enter(step)
	done := make(chan error, 1)
	go func() {
		defer t.end()
		defer t.leave(was)
		var err error
		if crash := Recover(step, func() { err = run() }); crash != nil {
			err = errors.New(crash.Problem(name).Message)
			done <- &Unfinished{err}
			return
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-stop:
		return &Unfinished{errors.New(w.unfinished(name).Message)}
	}
}

// Unfinished is the error of a step that did not come to its end.
type Unfinished struct{ error }

// Unwrap returns the reason.
func (u *Unfinished) Unwrap() error { return u.error }
