package engine

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Step is one of the things that are done to a file. Messages put "crashed" or
// "did not come to an end" after it.
type Step string

// The steps of a file, in order. A rule's step is "rule" and its id.
const (
	StepRead       Step = "reading the file"
	StepParse      Step = "parsing the file"
	StepScripts    Step = "collecting the scripts"
	StepShellCheck Step = "running ShellCheck"
	StepRules      Step = "running the rules"
	StepDirectives Step = "reading the ignore comments"
	StepInline     Step = "linting a Dockerfile in the file"
	StepFaults     Step = "checking the syntax"
	StepSuppress   Step = "applying the ignore comments"
	StepFinish     Step = "ordering the findings"
	StepFix        Step = "fixing the file"
	StepProve      Step = "proving the fixes"
	StepReport     Step = "writing the report"
)

// The steps of a run that are about no single file.
const (
	StepFind    Step = "finding the files"
	StepHistory Step = "reading the history of git"
)

// ruleStep is the step of a rule.
func ruleStep(id string) Step { return Step("rule " + id) }

// Crash is a panic that was recovered.
type Crash struct {
	Step Step
	// Value is what the panic said, Trace where it was: functions, from the
	// innermost out. Both are the same for the same input.
	Value string
	Trace []string
}

// Recover runs a step and recovers a panic in it. It is the only place that does
// so for the steps of a file: whatever crashes, all other files are reported. The
// result is nil for a step that came to its end.
func Recover(step Step, run func()) (crash *Crash) {
	defer func() {
		if r := recover(); r != nil {
			crash = &Crash{Step: step, Value: fmt.Sprint(r), Trace: trace()}
		}
	}()
	run()
	return nil
}

// maxTrace is how many functions a crash names.
const maxTrace = 12

// trace names the functions that led to a panic, without addresses and numbers of
// goroutines, which differ from run to run.
func trace() []string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var all []string
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked, all = true, nil
		case !panicked || strings.HasPrefix(f.Function, "runtime."):
		case len(all) == maxTrace || strings.HasSuffix(f.Function, "engine.Recover"):
			return all
		default:
			all = append(all, fmt.Sprintf("%s (%s:%d)", f.Function, path.Base(f.File), f.Line))
		}
		if !more {
			return all
		}
	}
}

// Problem says of a file that a step of it crashed.
func (c *Crash) Problem(file string) lint.Problem { return crashProblem(file, []*Crash{c}) }

// crashProblem is one problem for crashes with the same cause.
func crashProblem(file string, same []*Crash) lint.Problem {
	const shown = 5
	var steps []string
	for _, c := range same {
		if !slices.Contains(steps, string(c.Step)) {
			steps = append(steps, string(c.Step))
		}
	}
	what := text.List(steps, "and")
	if len(steps) > shown {
		what = fmt.Sprintf("%s and %d more steps", strings.Join(steps[:shown], ", "), len(steps)-shown)
	}
	message := fmt.Sprintf("%s crashed: %s; please report this with the file", what, same[0].Value)
	for _, line := range same[0].Trace {
		message += "\n\tat " + line
	}
	return lint.Problem{File: file, Message: message}
}

// frame is around all that is done to one file: it recovers panics, and the
// watchdog sees through it which step runs.
type frame struct {
	path    string
	task    *task
	hook    func(path string, step Step)
	crashes []*Crash
}

func (c *Checker) frame(path string) *frame {
	return &frame{path: path, task: c.Watch.begin(path), hook: c.Hook}
}

// attempt runs a step and reports whether it came to its end.
func (f *frame) attempt(step Step, run func()) bool {
	defer f.task.leave(f.task.enter(step))
	crash := Recover(step, func() {
		if f.hook != nil {
			f.hook(f.path, step)
		}
		run()
	})
	if crash != nil {
		f.crashes = append(f.crashes, crash)
	}
	return crash == nil
}

// problems are the crashes so far. Rules that ask the same fact crash at the same
// place: that is one problem.
func (f *frame) problems() []lint.Problem {
	var order []string
	same := map[string][]*Crash{}
	for _, c := range f.crashes {
		key := c.Value + "\x00"
		if len(c.Trace) > 0 {
			key += c.Trace[0]
		}
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], c)
	}
	f.crashes = nil
	var problems []lint.Problem
	for _, key := range order {
		problems = append(problems, crashProblem(f.path, same[key]))
	}
	return problems
}

// end says that the file is done.
func (f *frame) end() { f.task.end() }

// group runs work on n things, on jobs goroutines, step of them at a time and in
// order. What work hands to keep is kept; once the run is stopped, or the watchdog
// has ended it, group returns at once, and what is handed over later is dropped:
// no step can hold up the report of the others. The result tells which were kept.
func group[T any](stop <-chan struct{}, n, jobs, step int, keep func(i int, v T), work func(from, to int, keep func(i int, v T))) []bool {
	var mu sync.Mutex
	kept, over := make([]bool, n), false
	hand := func(i int, v T) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			kept[i] = true
			keep(i, v)
		}
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(min(jobs, (n+step-1)/step), 1) {
		wg.Go(func() {
			for i := range next {
				work(i, min(i+step, n), hand)
			}
		})
	}
	go func() {
		defer close(next)
		for i := 0; i < n && !closed(stop); i += step {
			select {
			case <-stop:
			case next <- i:
			}
		}
	}()
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-stop:
	}
	mu.Lock()
	defer mu.Unlock()
	over = true
	return kept
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
