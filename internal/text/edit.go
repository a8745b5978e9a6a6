package text

import (
	"fmt"
	"slices"
)

// Edit replaces the bytes of Span by New.
type Edit struct {
	Span Span
	New  string
}

// Apply returns src with all edits done, none of which may overlap another or
// leave the file; edits may come in any order. src is not changed. Bytes
// outside of the edits are copied as they are.
func Apply(src []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	sortEdits(sorted)
	grow := 0
	last := 0
	for i, e := range sorted {
		if e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(src) {
			return nil, fmt.Errorf("edit %d..%d lies outside of the file (%d bytes)", e.Span.Start, e.Span.End, len(src))
		}
		if e.Span.Start < last || (i > 0 && sorted[i-1].Span == e.Span) {
			return nil, fmt.Errorf("edit %d..%d overlaps another one", e.Span.Start, e.Span.End)
		}
		last = e.Span.End
		grow += len(e.New) - e.Span.Len()
	}
	out := make([]byte, 0, max(len(src)+grow, 0))
	last = 0
	for _, e := range sorted {
		out = append(out, src[last:e.Span.Start]...)
		out = append(out, e.New...)
		last = e.Span.End
	}
	return append(out, src[last:]...), nil
}

// Merge joins two sets of edits to the same bytes, as a three-way merge does:
// equal edits coalesce; ok is false, and the result nil, where two different
// edits overlap or insert at the same place.
func Merge(a, b []Edit) (merged []Edit, ok bool) {
	merged = slices.Concat(a, b)
	sortEdits(merged)
	merged = slices.Compact(merged)
	for i := 1; i < len(merged); i++ {
		prev, next := merged[i-1].Span, merged[i].Span
		if prev.Overlaps(next) || prev == next {
			return nil, false
		}
	}
	return merged, true
}

func sortEdits(edits []Edit) {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Span.Start != b.Span.Start {
			return a.Span.Start - b.Span.Start
		}
		if a.Span.End != b.Span.End {
			return a.Span.End - b.Span.End
		}
		switch {
		case a.New < b.New:
			return -1
		case a.New > b.New:
			return 1
		}
		return 0
	})
}
