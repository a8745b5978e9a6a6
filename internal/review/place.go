package review

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// A comment can stand only on lines that the diff shows, both of its ends in one hunk,
// counted in the file as the head has it: some platforms refuse a whole review for one
// line elsewhere.

// Place tells which lines of a file of the checkout can carry a comment.
type Place struct {
	// InDiff is set for a file that the pull request changes.
	InDiff bool
	// Why says why no line can carry a comment; empty if some can.
	Why string
	// Path is the head's, for a file that the pull request moves; else empty.
	Path string
	// toHead maps lines of the checkout, by their number, to the head's; 0 for a
	// line that the head does not have byte for byte.
	toHead []int
	hunks  []hunk
}

// hunk is a range of the head's lines, 1-based, last included.
type hunk struct{ first, last int }

// Place tells where comments about a file can stand. It makes a call only for a
// file that the checkout, a merge, has otherwise than the head.
func (d *Diff) Place(ctx context.Context, path string, checkout []byte) *Place {
	file, ok := d.files[path]
	if now := d.moved[path]; !ok && now != "" {
		return &Place{InDiff: true, Path: now, Why: "the " + d.platform.Request + " moves the file"}
	}
	if !ok {
		return &Place{Why: "the " + d.platform.Request + " does not change the file"}
	}
	p := &Place{InDiff: true}
	if file.Status == Removed {
		p.Why = "the " + d.platform.Request + " removes the file"
		return p
	}
	if file.Patch == "" {
		p.Why = d.platform.Name + " shows no diff of the file"
		return p
	}
	head := checkout
	if !file.is(checkout) {
		var err error
		if head, err = d.head(ctx, file); err != nil {
			p.Why = "could not read the file at the head: " + err.Error()
			return p
		}
	}
	var err error
	if p.hunks, err = hunksOf(file.Patch, head); err != nil {
		p.Why = d.platform.Name + "'s diff of the file cannot be parsed: " + err.Error()
		return p
	}
	p.toHead = sameLines(checkout, head)
	return p
}

// Places tells where comments about findings can stand: in their files, and in those
// whose change caused them.
func (d *Diff) Places(ctx context.Context, findings []*lint.Diagnostic) map[string]*Place {
	places := map[string]*Place{}
	look := func(path string, checkout []byte) {
		if places[path] == nil {
			places[path] = d.Place(ctx, path, checkout)
		}
	}
	for _, f := range findings {
		look(f.Source.Path, f.Source.Bytes)
	}
	for _, f := range findings {
		switch cause, ok := f.Cause(); {
		case !ok:
		case cause.Source != nil:
			look(cause.Name(), cause.Source.Bytes)
		case cause.File != "":
			look(cause.File, nil)
		}
	}
	return places
}

// sameLines maps the lines of a to those of b that are equal byte for byte.
func sameLines(a, b []byte) []int {
	to := text.LineMap(a, b)
	linesA, linesB := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	for line := 1; line < len(to); line++ {
		if at := to[line]; at > 0 && !bytes.Equal(linesA[line-1], linesB[at-1]) {
			to[line] = 0
		}
	}
	return to
}

// hunksOf reads the hunks of a patch as the API gives it, without a header of
// the file. Each line is held against the head's file: a patch of another
// version, or one that was cut, is an error.
func hunksOf(patch string, head []byte) ([]hunk, error) {
	lines := strings.SplitAfter(string(head), "\n")
	var hunks []hunk
	at := 0
	for line := range strings.Lines(patch) {
		switch {
		case strings.HasPrefix(line, "@@ "):
			h, err := hunkHeader(line)
			if err != nil {
				return nil, err
			}
			if n := len(hunks); n > 0 && (at != hunks[n-1].last+1 || h.first < at) {
				return nil, errors.New("the length of a hunk does not match its header")
			}
			hunks, at = append(hunks, h), h.first
		case len(hunks) == 0:
			return nil, errors.New("it does not begin with a hunk")
		case strings.HasPrefix(line, "-"), strings.HasPrefix(line, `\`):
		default:
			if at > len(lines) || strings.TrimRight(line[1:], "\r\n") != strings.TrimRight(lines[at-1], "\r\n") {
				return nil, fmt.Errorf("line %d is another one", at)
			}
			at++
		}
	}
	if n := len(hunks); n > 0 && at != hunks[n-1].last+1 {
		return nil, errors.New("the length of the last hunk does not match its header")
	}
	return hunks, nil
}

// hunkHeader reads the new file's lines of "@@ -a,b +c,d @@". A hunk that only
// removes lines has none, and its last lies before its first.
func hunkHeader(line string) (hunk, error) {
	bad := fmt.Errorf("hunk header %.80q", line)
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[2], "+") || fields[3] != "@@" {
		return hunk{}, bad
	}
	start, count, found := strings.Cut(fields[2][1:], ",")
	first, err := strconv.ParseUint(start, 10, 31)
	n := uint64(1)
	if err == nil && found {
		n, err = strconv.ParseUint(count, 10, 31)
	}
	if err != nil || (first == 0 && n > 0) { // lines are counted from 1
		return hunk{}, bad
	}
	h := hunk{first: int(first), last: int(first) + int(n) - 1}
	if n == 0 { // named by the line before it
		h.first, h.last = h.first+1, h.last+1
	}
	return h, nil
}

// anchor maps lines of the checkout to the head's, where all of them can carry
// one comment.
func (p *Place) anchor(first, last int) (from, to int, ok bool) {
	if first < 1 || last < first || last >= len(p.toHead) {
		return 0, 0, false
	}
	from, to = p.toHead[first], p.toHead[last]
	for line := first; line <= last; line++ {
		if p.toHead[line] == 0 || p.toHead[line] != from+line-first {
			return 0, 0, false
		}
	}
	for _, h := range p.hunks {
		if h.first <= from && to <= h.last {
			return from, to, true
		}
	}
	return 0, 0, false
}

// anchorSome is anchor for the first run of lines that can carry one comment: a
// long instruction is often shown in part. Nothing is known of a nil Place.
func (p *Place) anchorSome(first, last int) (from, to int, ok bool) {
	if p == nil {
		return 0, 0, false
	}
	last = min(last, len(p.toHead)-1)
	for start := max(first, 1); start <= last; start++ {
		if from = p.toHead[start]; from == 0 {
			continue
		}
		for _, h := range p.hunks {
			if from < h.first || from > h.last {
				continue
			}
			to = from
			for line := start + 1; line <= last && to < h.last && p.toHead[line] == to+1; line++ {
				to++
			}
			return from, to, true
		}
	}
	return 0, 0, false
}
