package text

import "bytes"

// LineMap tells for each line of before, by its 1-based number, the number of
// the same line in after, 0 where it is gone; index 0 is unused. Lines that
// differ only in a carriage return at the end are the same.
func LineMap(before, after []byte) []int {
	a, b := splitLines(before), splitLines(after)
	for _, lines := range [][][]byte{a, b} {
		for i, line := range lines {
			lines[i] = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		}
	}
	return lineMap(a, b)
}

// ExactLineMap is LineMap, but that lines are the same only with the same end.
func ExactLineMap(before, after []byte) []int { return lineMap(splitLines(before), splitLines(after)) }

func lineMap(a, b [][]byte) []int {
	to := make([]int, len(a)+1)
	from, at := 0, 0
	for _, line := range editScript(a, b) {
		switch line.mark {
		case '-':
			from++
		case '+':
			at++
		default:
			from++
			at++
			to[from] = at
		}
	}
	return to
}
