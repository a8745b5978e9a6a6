package engine

import (
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
		b := newRunBound(files, func(i int) { cut[i]++ })
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
	at := newRunBound(3, func(i int) { t.Errorf("file %d is cut at the bound", i) })
	at.done(2, 0)
	at.done(0, limits.RunFindings-1)
	at.done(1, 1)
	past := 0
	over := newRunBound(3, func(int) { past++ })
	over.done(0, limits.RunFindings)
	over.done(1, 1)
	if past != 1 {
		t.Errorf("%d files are cut past the bound", past)
	}
	// Unfinished files count nothing, and those behind the bound are known early.
	early := []int{}
	b := newRunBound(files, func(i int) { early = append(early, i) })
	for i := files - 1; i > 0; i-- {
		b.done(i, each)
	}
	if len(early) != files-1-want {
		t.Errorf("%d files are cut before the first one is done", len(early))
	}
}
