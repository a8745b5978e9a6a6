package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// maxFileRounds is how often the files are gone through. A second round fixes what a
// changed neighbour gives reason for; more than a few have no end.
const maxFileRounds = 8

// Fixing is how the files of a run are fixed.
type Fixing struct {
	Jobs int
	// One fixes a file. was is what the round before made of it, nil in the first. Where
	// over says that the run has no compilations left, nothing more is fixed.
	One func(f File, was *Fixed, over string) *Fixed
	// Around gives the files of the run as they see each other once some have other
	// bytes, by their paths; nil where they do not see each other.
	Around func(changed map[string][]byte) []File
}

// FixAll fixes files in rounds. In a round each file is fixed by itself, and sees the
// others as they were when the round began, so it does not matter which one is done
// first. A further round goes on with the files whose neighbours have changed. The
// result has the order of the files. A file that was not done when the run ended is
// as the round before left it, with a problem that says so. Of the files that are past
// the compilations of a run, in their order, nothing is fixed.
func (c *Checker) FixAll(ctx context.Context, files []File, x Fixing) []*Fixed {
	left := limits.RunCompilations
	fixed := c.fixRound(ctx, files, x, &left, make([]*Fixed, len(files)), func(int) bool { return true })
	seen := make([][]byte, len(files))
	for i, f := range fixed {
		seen[i] = f.Before
	}
	for round := 1; x.Around != nil && ctx.Err() == nil && c.Watch.Fired() == ""; round++ {
		changed, last := map[string][]byte{}, []int{}
		for i, f := range fixed {
			if f.Changed() {
				changed[f.Path] = f.After
			}
			if !bytes.Equal(seen[i], f.After) {
				last = append(last, i)
			}
			seen[i] = f.After
		}
		if len(last) == 0 {
			break
		}
		if round == maxFileRounds {
			for _, i := range last {
				fixed[i].Problems = append(fixed[i].Problems, lint.Problem{
					File:    fixed[i].Path,
					Message: fmt.Sprintf("the fixes of %d files do not come to an end, because each one leads to another, which is a bug in dockmend; please report it with the files", len(last)),
				})
			}
			break
		}
		hasNews := func(i int) bool { return len(last) > 1 || last[0] != i }
		fixed = c.fixRound(ctx, x.Around(changed), x, &left, fixed, hasNews)
	}
	return fixed
}

// fixRound fixes the files that there is news for, and leaves the others as they are.
// left is what is left of the run's compilations.
func (c *Checker) fixRound(ctx context.Context, files []File, x Fixing, left *int, was []*Fixed, hasNews func(i int) bool) []*Fixed {
	stop, release := c.Watch.stopped(ctx)
	defer release()
	one := func(i int, over string) (f *Fixed) {
		if crash := Recover(StepFix, func() { f = x.One(files[i], was[i], over) }); crash != nil {
			return failed(files[i], was[i], crash.Problem(files[i].Path))
		}
		return f
	}
	fixed := make([]*Fixed, len(files))
	var past []int
	var from atomic.Int64 // the first file that is known to be past the bound
	from.Store(int64(len(files)))
	bound := newRunBound(len(files), max(*left, 0), func(i int) { past = append(past, i) })
	keep := func(i int, f *Fixed) {
		fixed[i] = f
		bound.done(i, f.spentNow(was[i]))
		from.Store(int64(bound.from))
	}
	group(stop, len(files), x.Jobs, 1, keep, func(i, _ int, keep func(int, *Fixed)) {
		switch {
		case !hasNews(i):
			keep(i, was[i])
		case int64(i) >= from.Load():
			keep(i, &Fixed{Path: files[i].Path}) // it is past the bound whatever it costs
		default:
			keep(i, one(i, ""))
		}
	})
	past = slices.DeleteFunc(past, func(i int) bool { return fixed[i] == was[i] })
	over := fmt.Sprintf("the run has used its %d compilations to prove fixes", limits.RunCompilations)
	kept := group(stop, len(past), x.Jobs, 1, func(i int, f *Fixed) { fixed[past[i]] = f }, func(i, _ int, keep func(int, *Fixed)) {
		keep(i, one(past[i], over))
	})
	for i, done := range kept {
		if !done {
			fixed[past[i]] = nil
		}
	}
	for i := range files {
		if fixed[i] == nil {
			fixed[i] = failed(files[i], was[i], c.Watch.unfinished(files[i].Path))
			continue
		}
		*left -= fixed[i].spentNow(was[i])
	}
	return fixed
}

// spentNow is how many compilations a round took for a file.
func (f *Fixed) spentNow(was *Fixed) int {
	if f == was {
		return 0
	}
	return f.cost
}

// failed is a file that a round could not fix: as the one before left it.
func failed(file File, was *Fixed, why lint.Problem) *Fixed {
	f := &Fixed{Path: file.Path}
	if was != nil {
		f = new(*was)
		f.cost = 0
	}
	f.Problems = append(slices.Clone(f.Problems), why)
	return f
}
