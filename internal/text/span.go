// Package text holds the one position that rules handle, the byte span, and
// the edits that are made of it. It knows nothing of Dockerfiles.
package text

// Span is a half-open range of byte offsets into a file's original bytes:
// Start is the first byte, End the one after the last.
type Span struct {
	Start, End int
}

// Len is the span's length in bytes.
func (s Span) Len() int { return s.End - s.Start }

// IsEmpty reports whether the span holds no byte; such a span is an insertion point.
func (s Span) IsEmpty() bool { return s.End <= s.Start }

// Contains reports whether other lies inside s, touching borders included.
func (s Span) Contains(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// Overlaps reports whether the two spans share a byte, or whether one is an
// insertion point strictly inside the other.
func (s Span) Overlaps(other Span) bool {
	if s.IsEmpty() && other.IsEmpty() {
		return s.Start == other.Start
	}
	return s.Start < other.End && other.Start < s.End
}

// Cover is the smallest span that contains both.
func (s Span) Cover(other Span) Span {
	return Span{Start: min(s.Start, other.Start), End: max(s.End, other.End)}
}

// Shift moves the span by delta bytes.
func (s Span) Shift(delta int) Span { return Span{Start: s.Start + delta, End: s.End + delta} }

// Of returns the bytes of src that the span covers. It is clamped to src, so
// that a span from another version of the file cannot panic.
func (s Span) Of(src []byte) []byte {
	start := min(max(s.Start, 0), len(src))
	end := min(max(s.End, start), len(src))
	return src[start:end]
}
