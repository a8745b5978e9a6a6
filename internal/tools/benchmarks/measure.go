package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// spent is what processes took.
type spent struct {
	clock, processor time.Duration
	// memory is the largest resident size in bytes.
	memory int64
	runs   int
}

func (s *spent) add(other spent) {
	s.clock += other.clock
	s.processor += other.processor
	s.memory = max(s.memory, other.memory)
	s.runs += other.runs
}

// outcome is how a process ended.
type outcome struct {
	spent
	code   int
	signal bool
	// panicked reports whether it wrote of a crash of its own.
	panicked bool
}

// longest is how long one process may take.
const longest = 10 * time.Minute

// once runs a program on files of a folder. What it writes goes to files: some programs
// end before a pipe has taken all.
func (p *program) once(ctx context.Context, dir string, bound time.Duration, args []string) (o outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	out, err := os.CreateTemp("", "benchmarks-out-")
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(out.Name())) }()
	said, err := os.CreateTemp("", "benchmarks-err-")
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, said.Close(), os.Remove(said.Name())) }()
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // the programs are listed above
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, said
	begin := time.Now()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return o, fmt.Errorf("%s: %w", p.path, err)
	}
	state := cmd.ProcessState
	o.spent = spent{clock: time.Since(begin), processor: state.UserTime() + state.SystemTime(), runs: 1}
	o.code = state.ExitCode()
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		o.memory = usage.Maxrss << 10 // in KiB on Linux
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok {
		o.signal = status.Signaled()
	}
	text, err := os.ReadFile(said.Name())
	if err != nil {
		return o, err
	}
	marks := []string{"panic:", "panicked at", "Traceback (most recent", "goroutine ", "UnhandledPromiseRejection", "CallStack (from"}
	for _, word := range marks {
		o.panicked = o.panicked || strings.Contains(string(text), word)
	}
	return o, nil
}

// measure runs all programs of a kind: over all files, over fewer of them, and over single ones.
func (k *kind) measure(ctx context.Context, o options, dir string) error {
	for range o.rounds {
		for _, p := range k.programs {
			fmt.Fprintf(os.Stderr, "%s: %s on %d files\n", k.name, p.name, len(k.files))
			done, err := p.once(ctx, dir, longest, slices.Concat(p.args, k.files))
			if err != nil {
				return err
			}
			p.total.add(done.spent)
		}
		for n := 1; n < len(k.files); n *= 10 {
			for _, p := range k.programs {
				done, err := p.once(ctx, dir, longest, slices.Concat(p.args, k.files[:n]))
				if err != nil {
					return err
				}
				s := p.some[n]
				s.add(done.spent)
				p.some[n] = s
			}
		}
	}
	for _, p := range k.programs {
		p.some[len(k.files)] = p.total
	}
	const bound = 20 * time.Second
	for i := range min(o.alone, len(k.files)) {
		name := k.files[i*len(k.files)/min(o.alone, len(k.files))]
		for _, p := range k.programs {
			done, err := p.once(ctx, dir, bound, append(slices.Clone(p.args), name))
			if err != nil {
				return err
			}
			p.alone++
			switch {
			case done.signal && done.clock >= bound:
				p.slow++
			case done.signal || done.panicked:
				p.crashed++
			case !slices.Contains(p.fine, done.code):
				p.refused++
			}
		}
	}
	return nil
}

// starts measures how long programs take to start and do nothing.
func starts(ctx context.Context, times int, programs []*program) error {
	took := map[*program][]float64{}
	for range times {
		for _, p := range programs {
			done, err := p.once(ctx, ".", time.Minute, p.version)
			if err != nil {
				return err
			}
			took[p] = append(took[p], done.processor.Seconds())
		}
	}
	for p, all := range took {
		slices.Sort(all)
		p.start = all[len(all)/2]
	}
	return nil
}
