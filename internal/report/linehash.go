package report

import (
	"strconv"
	"unicode/utf16"
)

// How github/codeql-action identifies a line (src/fingerprints.ts): a rolling
// hash over the first hashBlock characters from the line's start on, blanks left
// out. Computed alike, alerts match those that upload-sarif made earlier.
const (
	hashBlock  = 100
	hashFactor = 37
	hashEnd    = 65535
)

// lineHashes gives each line, by its number less one, the value of
// primaryLocationLineHash: the hash in hex without leading zeros, a colon, and
// how often it has come up to that line.
func lineHashes(src []byte) []string {
	h := lineHasher{counts: map[string]int{}, first: 1}
	for range hashBlock {
		h.first *= hashFactor
	}
	for i := range h.lines {
		h.lines[i] = -1
	}
	afterCR, lineStart, line := false, true, -1
	add := func(c uint16) {
		if c == ' ' || c == '\t' || (afterCR && c == '\n') {
			afterCR = false
			return
		}
		afterCR = c == '\r'
		if afterCR {
			c = '\n'
		}
		h.flush()
		if lineStart {
			lineStart = false
			line++
			h.lines[h.index] = line
		}
		lineStart = c == '\n'
		h.roll(c)
	}
	for _, c := range utf16.Encode([]rune(string(src))) {
		add(c)
	}
	add(hashEnd)
	for range hashBlock {
		h.flush()
		h.roll(0)
	}
	return h.out
}

type lineHasher struct {
	window [hashBlock]uint16
	// lines holds the line that begins at a place of the window, -1 for none.
	lines  [hashBlock]int
	index  int
	raw    uint64
	first  uint64
	counts map[string]int
	out    []string
}

// flush notes the hash of the line whose block has come to its end.
func (h *lineHasher) flush() {
	line := h.lines[h.index]
	if line < 0 {
		return
	}
	hash := strconv.FormatUint(h.raw, 16)
	h.counts[hash]++
	for len(h.out) <= line {
		h.out = append(h.out, "")
	}
	h.out[line] = hash + ":" + strconv.Itoa(h.counts[hash])
	h.lines[h.index] = -1
}

func (h *lineHasher) roll(c uint16) {
	gone := h.window[h.index]
	h.window[h.index] = c
	h.raw = hashFactor*h.raw + uint64(c) - h.first*uint64(gone)
	h.index = (h.index + 1) % hashBlock
}
