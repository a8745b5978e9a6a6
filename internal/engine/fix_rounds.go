package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
)

// maxFileRounds is how often the files are gone through. A second round fixes what a
// changed neighbour gives reason for; more than a few have no end.
const maxFileRounds = 8

// Fixing is how the files of a run are fixed.
type Fixing struct {
	Jobs int
	// One fixes a file. was is what the round before made of it, nil in the first.
	One func(f File, was *Fixed) *Fixed
	// Around gives the files of the run as they see each other once some have other
	// bytes, by their paths; nil where they do not see each other.
	Around func(changed map[string][]byte) []File
}

// FixAll fixes files in rounds. In a round each file is fixed by itself, and sees the
// others as they were when the round began, so it does not matter which one is done
// first. A further round goes on with the files whose neighbours have changed. The
// result has the order of the files. A file that was not done when the run ended is
// as the round before left it, with a problem that says so.
func (c *Checker) FixAll(ctx context.Context, files []File, x Fixing) []*Fixed {
	fixed := c.fixRound(ctx, files, x, make([]*Fixed, len(files)), func(int) bool { return true })
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
					Message: fmt.Sprintf("the fixes of %d files come to no end, each of them gives reason for another; this is a fault of dockmend, please report it with the files", len(last)),
				})
			}
			break
		}
		hasNews := func(i int) bool { return len(last) > 1 || last[0] != i }
		fixed = c.fixRound(ctx, x.Around(changed), x, fixed, hasNews)
	}
	return fixed
}

// fixRound fixes the files that there is news for, and leaves the others as they are.
func (c *Checker) fixRound(ctx context.Context, files []File, x Fixing, was []*Fixed, hasNews func(i int) bool) []*Fixed {
	stop, release := c.Watch.stopped(ctx)
	defer release()
	fixed := make([]*Fixed, len(files))
	keep := func(i int, f *Fixed) { fixed[i] = f }
	failed := func(i int, p lint.Problem) *Fixed {
		f := &Fixed{Path: files[i].Path}
		if was[i] != nil {
			f = new(*was[i])
		}
		f.Problems = append(slices.Clone(f.Problems), p)
		return f
	}
	group(stop, len(files), x.Jobs, 1, keep, func(i, _ int, keep func(int, *Fixed)) {
		if !hasNews(i) {
			keep(i, was[i])
			return
		}
		var f *Fixed
		if crash := Recover(StepFix, func() { f = x.One(files[i], was[i]) }); crash != nil {
			f = failed(i, crash.Problem(files[i].Path))
		}
		keep(i, f)
	})
	for i := range files {
		if fixed[i] == nil {
			fixed[i] = failed(i, c.Watch.unfinished(files[i].Path))
		}
	}
	return fixed
}
