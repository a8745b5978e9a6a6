package review

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// maxSuggestion bounds the bytes and lines that a suggestion replaces or
	// writes: no one reads more than that before the click.
	maxSuggestion      = 20_000
	maxSuggestionLines = 100
)

// suggestion is a fix as a reviewer applies it: whole lines of the checkout that are
// replaced by other text.
type suggestion struct {
	fixes []lint.Fix
	edits []text.Edit
	proof lint.Proof
	// target is the kind of the file.
	target lint.Target
	// first and last are lines of the checkout, last included.
	first, last int
	// text replaces them; it is empty or ends with a line end.
	text string
}

// safe reports whether each fix is.
func (s *suggestion) safe() bool {
	return !slices.ContainsFunc(s.fixes, func(f lint.Fix) bool { return f.Applicability != lint.Safe })
}

// provedFix is the fix of a finding that was proved to do no more than its rule
// says, which is the first one that can be applied at all.
func provedFix(d *lint.Diagnostic) (lint.Fix, bool) {
	if d.Proof.State != lint.ProofPassed {
		return lint.Fix{}, false
	}
	for _, f := range d.Fixes {
		own := len(f.Edits) > 0 && !slices.ContainsFunc(f.Edits, func(e lint.FileEdit) bool { return e.File != "" })
		if f.Applicability > lint.Manual && own {
			return f, true
		}
	}
	return lint.Fix{}, false
}

// suggest makes a suggestion of a finding's fix; why says what is in the way.
func suggest(d *lint.Diagnostic) (s *suggestion, why string) {
	fix, ok := provedFix(d)
	if !ok {
		return nil, "it has no proved fix"
	}
	edits := make([]text.Edit, len(fix.Edits))
	for i, e := range fix.Edits {
		edits[i] = e.Edit
	}
	if s, why = suggestionOf(d.Source, []lint.Fix{fix}, edits, d.Proof); s != nil {
		s.target = d.Rule.Target
	}
	return s, why
}

// suggestionOf writes edits as lines. Nothing is offered where it is not known
// that the platform keeps each byte: carriage returns, a last line without an end,
// invalid UTF-8; nor what a reader could not see.
func suggestionOf(source *lint.Source, fixes []lint.Fix, edits []text.Edit, proof lint.Proof) (s *suggestion, why string) {
	src := source.Bytes
	if bytes.IndexByte(src, '\r') >= 0 {
		return nil, "the file has carriage returns, which a suggestion can lose"
	}
	s = &suggestion{fixes: fixes, edits: edits, proof: proof}
	for _, e := range edits {
		first, last := touched(source, e.Span)
		if s.first == 0 || first < s.first {
			s.first = first
		}
		s.last = max(s.last, last)
	}
	for {
		if s.last-s.first >= maxSuggestionLines {
			return nil, "the fix spans too many lines for a suggestion"
		}
		region := text.Span{Start: source.Lines.FullLine(s.first).Start, End: source.Lines.FullLine(s.last).End}
		before := region.Of(src)
		if !bytes.HasSuffix(before, []byte("\n")) {
			return nil, "the fix changes a last line that has no line break"
		}
		after, err := text.Apply(before, shifted(edits, region.Start))
		if err != nil {
			return nil, "its edits do not fit the file"
		}
		s.text = string(after)
		switch {
		case len(before) > maxSuggestion || len(after) > maxSuggestion:
			return nil, "the fix is too long for a suggestion"
		case bytes.Equal(before, after):
			return nil, "the fix changes nothing"
		case len(after) == 0 || after[len(after)-1] == '\n':
			if !utf8.Valid(after) || strings.ContainsFunc(s.text, unseen) || strings.ContainsFunc(string(before), unseen) {
				return nil, "its lines have invisible characters"
			}
			return s, ""
		}
		// The edit took the line's end with it: the next line belongs to it.
		if s.last == source.Lines.Lines() {
			return nil, "the fix changes a last line that has no line break"
		}
		s.last++
	}
}

// touched are the lines that an edit changes. An insertion behind the last line
// belongs to that line.
func touched(source *lint.Source, span text.Span) (first, last int) {
	end := span.End
	if end > span.Start && source.Lines.Position(end).Column == 1 {
		end--
	}
	lines := source.Lines.Lines()
	return min(source.Lines.Position(span.Start).Line, lines), min(source.Lines.Position(end).Line, lines)
}

func shifted(edits []text.Edit, by int) []text.Edit {
	moved := make([]text.Edit, len(edits))
	for i, e := range edits {
		moved[i] = text.Edit{Span: text.Span{Start: e.Span.Start - by, End: e.Span.End - by}, New: e.New}
	}
	return moved
}

// unseen reports whether a character acts on the display instead of being seen.
func unseen(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// overlaps reports whether two suggestions replace a common line.
func (s *suggestion) overlaps(o *suggestion) bool { return s.first <= o.last && o.first <= s.last }

// join is one suggestion for two that meet: their edits, proved together. It is
// nil where they exclude each other or do more together than each alone.
func (s *suggestion) join(o *suggestion, source *lint.Source, prove Prover) *suggestion {
	edits, ok := text.Merge(s.edits, o.edits)
	if !ok || prove == nil {
		return nil
	}
	most := max(s.proof.Effect, o.proof.Effect)
	proof := prove(source, edits)
	if proof.State != lint.ProofPassed || proof.Effect > most {
		return nil
	}
	joined, _ := suggestionOf(source, slices.Concat(s.fixes, o.fixes), edits, proof)
	if joined != nil {
		joined.target = s.target
	}
	return joined
}

// block is the fenced block. Its fence is longer than any run of back-ticks in
// it; no line at all deletes the lines.
func (s *suggestion) block(p Platform) string {
	fence := strings.Repeat("`", max(3, longestRun(s.text)+1))
	lines := ""
	if p.SuggestsAbove {
		lines = fmt.Sprintf(":-%d+0", s.last-s.first)
	}
	return fence + "suggestion" + lines + "\n" + s.text + fence
}

func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// effect says what the suggestion does, and that it was proved.
func (s *suggestion) effect() string {
	var titles []string
	for _, f := range s.fixes {
		titles = append(titles, report.MarkdownText(cut(f.Title, maxDetails)))
	}
	titles = slices.Compact(titles)
	words := fmt.Sprintf("Commit the suggestion to fix it: %s.", strings.Join(titles, "; "))
	if s.safe() {
		return words + fmt.Sprintf(" Verified with %s: %s.", verifiedBy(s.target), verified(s.target, s.proof))
	}
	return words + fmt.Sprintf(" This fix is not safe, so check it before. What %s sees: %s.", verifiedBy(s.target), verified(s.target, s.proof))
}
