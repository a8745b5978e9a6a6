package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dockmend/dockmend/internal/limits"
)

// TestRunBound counts findings in any order of the files: those that are cut are
// always the same, and each is cut once.
func TestRunBound(t *testing.T) {
	const files, each = 200, limits.Findings
	want := limits.RunFindings / each // the first file with which there are too many
	for seed := range uint64(20) {
		cut := map[int]int{}
		b := newRunBound(files, limits.RunFindings, func(i int) { cut[i]++ })
		order := rand.New(rand.NewPCG(seed, 0)).Perm(files)
		if seed == 0 {
			slices.Sort(order)
		}
		for _, i := range order {
			b.done(i, each)
		}
		for i := range files {
			if n := cut[i]; n != 0 != (i >= want) || n > 1 {
				t.Fatalf("seed %d: file %d was cut %d times", seed, i, n)
			}
		}
	}
	at := newRunBound(3, limits.RunFindings, func(i int) { t.Errorf("file %d is cut at the bound", i) })
	at.done(2, 0)
	at.done(0, limits.RunFindings-1)
	at.done(1, 1)
	past := 0
	over := newRunBound(3, limits.RunFindings, func(int) { past++ })
	over.done(0, limits.RunFindings)
	over.done(1, 1)
	if past != 1 {
		t.Errorf("%d files are cut past the bound", past)
	}
	// Unfinished files count nothing, and those behind the bound are known early.
	early := []int{}
	b := newRunBound(files, limits.RunFindings, func(i int) { early = append(early, i) })
	for i := files - 1; i > 0; i-- {
		b.done(i, each)
	}
	if len(early) != files-1-want {
		t.Errorf("%d files are cut before the first one is done", len(early))
	}
}

// TestCompilationsOfARun has more files than a run has compilations for: the first
// ones are fixed, however many are fixed at a time.
func TestCompilationsOfARun(t *testing.T) {
	const n = limits.RunCompilations/limits.FixCompilations + 20
	files := make([]File, n)
	for i := range files {
		files[i].Path = fmt.Sprint(i)
	}
	for _, jobs := range []int{1, 3, n} {
		fixed := (&Checker{}).FixAll(t.Context(), files, Fixing{Jobs: jobs, One: func(f File, _ *Fixed, over string) *Fixed {
			if over != "" {
				return &Fixed{Path: f.Path, Before: []byte("a"), After: []byte("a"), spent: over}
			}
			return &Fixed{Path: f.Path, Before: []byte("a"), After: []byte("b"), cost: limits.FixCompilations}
		}})
		for i, f := range fixed {
			want := i < limits.RunCompilations/limits.FixCompilations
			if f.Path != files[i].Path || f.Changed() != want || (f.spent == "") != want || len(f.Problems) > 0 {
				t.Errorf("%d jobs: file %d is changed: %t, %q, %v", jobs, i, f.Changed(), f.spent, f.Problems)
			}
		}
	}
}
