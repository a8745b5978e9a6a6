package lint

import (
	"bytes"
	"hash/maphash"
	"path"
	"regexp"
)

// Group is the findings of one rule that have one cause, in the order of the result;
// it has one at least. The same image in 40 files, the services of one anchor, the same
// line in generated copies and the variants of a file are one group.
type Group []*Diagnostic

// causeText is how many bytes of a file's text tell one cause from another.
const causeText = 512

// cause is what findings of a group share, in addition to their message or their text.
type cause struct {
	rule     string
	variant  string
	severity Severity
	// message is empty where text and line are compared.
	message, text, line string
	// copies is set where variants of a file are compared.
	copies copies
	// nth tells apart several findings of one place, or of one of several copies, from 0.
	nth int
}

// copies are the files of one name that are the same but for versions: what a generator
// makes of a template, or a person who copies a folder for each release.
type copies struct {
	name string
	// lines are those without a digit, in their order.
	lines uint64
}

// ownLines is how many lines without a digit, comments apart, tell that two files are copies.
const ownLines = 4

func (s *Source) copies(seed maphash.Seed) copies {
	var hash maphash.Hash
	hash.SetSeed(seed)
	n := 0
	for line := range bytes.Lines(s.Bytes) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || bytes.ContainsAny(line, "0123456789") {
			continue
		}
		n++
		_, _ = hash.Write(line)
		_ = hash.WriteByte('\n')
	}
	if n < ownLines {
		return copies{}
	}
	return copies{path.Base(s.Path), hash.Sum64()}
}

// particular is what messages about copies differ in: what they quote, and numbers.
var particular = regexp.MustCompile(`"[^"]*"|[0-9]+`)

// place is where a finding is, with what a group shares.
type place struct {
	cause
	source *Source
	start  int
}

// Groups collects the findings that count. Two are in one group if rule, variant and
// severity are the same, and either the message, or the text that they point at and
// the line around it, or the message but for its particulars in copies of a file.
// Findings of one place with different messages are not one group.
// The order is that of each group's first finding.
func (r *Result) Groups() []Group {
	var groups []Group
	index := map[cause]int{}
	at := map[place]int{}
	copiesOf, seed := map[*Source]copies{}, maphash.MakeSeed()
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		if _, ok := copiesOf[d.Source]; !ok {
			copiesOf[d.Source] = d.Source.copies(seed)
		}
		causes := d.causes(at, copiesOf[d.Source])
		i := len(groups)
		for _, c := range causes {
			if known, ok := index[c]; ok {
				i = known
				break
			}
		}
		if i == len(groups) {
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], d)
		for _, c := range causes {
			index[c] = i
		}
	}
	return groups
}

// causes are the keys of a finding's group; at counts the findings of each place.
func (d *Diagnostic) causes(at map[place]int, copied copies) []cause {
	same := cause{rule: d.Rule.ID, variant: d.Variant, severity: d.Severity}
	here := place{same, d.Source, d.Span.Start}
	nth := at[here]
	at[here]++
	byMessage := same
	byMessage.message = d.Message
	same.nth = nth
	byText := same
	byText.text = string(headOf(d.Span.Of(d.Source.Bytes)))
	byText.line = string(headOf(d.Source.Lines.Line(d.Start().Line).Of(d.Source.Bytes)))
	causes := []cause{byMessage, byText}
	if copied != (copies{}) {
		inCopies := cause{rule: d.Rule.ID, variant: d.Variant, severity: d.Severity}
		inCopies.copies, inCopies.message = copied, particular.ReplaceAllString(d.Message, "?")
		// The first of a file is that of a copy, and so on: two of one file are two causes.
		here := place{cause: inCopies, source: d.Source}
		inCopies.nth = at[here]
		at[here]++
		causes = append(causes, inCopies)
	}
	return causes
}

// headOf is what counts of a text.
func headOf(b []byte) []byte { return b[:min(len(b), causeText)] }
