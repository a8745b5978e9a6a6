package yaml

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/text"
)

// The edits below splice bytes: comments, quotes, indentation and line ends
// around them stay. Each answers false where it cannot be done without touching
// more than was asked for; no edit loses a comment.

// Quote puts a plain scalar of one line into double quotes, with the same text. It
// refuses what is no text yet where an alias may stand for it.
func (f *File) Quote(n *Node) ([]text.Edit, bool) {
	isPlain := n.Kind == Scalar && n.Style == Plain && !n.Span.IsEmpty()
	mayBecomeText := n.Anchor != "" && n.Tag != "!!str" // of an alias
	if f.odd || !isPlain || f.Text(n.Span) != n.Value || mayBecomeText {
		return nil, false
	}
	return []text.Edit{{Span: n.Span, New: quoted(n.Value)}}, true
}

// Replace gives a scalar another value. It keeps its quotes; a plain one stays
// plain where the value can be written so, and otherwise gets double quotes. A
// value that is not written is set behind its colon. Block scalars and scalars
// that an alias stands for are refused.
func (f *File) Replace(n *Node, value string) ([]text.Edit, bool) {
	isBlock := n.Style == Literal || n.Style == Folded
	if n.Kind != Scalar || isBlock || n.Anchor != "" {
		return nil, false
	}
	if f.odd || !utf8.ValidString(value) {
		return nil, false
	}
	inFlow := n.inFlow()
	out := ""
	switch {
	case n.Style == SingleQuoted && !strings.ContainsFunc(value, needsEscape):
		out = "'" + strings.ReplaceAll(value, "'", "''") + "'"
	case n.Style == Plain && PlainString(value, inFlow):
		out = value
	case n.Style == Plain && n.Tag != "!!str" && plainToken(value):
		out = value // a number or a boolean for another
	default:
		out = quoted(value)
	}
	if n.Span.IsEmpty() {
		if !f.behindColon(n) {
			return nil, false
		}
		out = " " + out
	}
	return []text.Edit{{Span: n.Span, New: out}}, true
}

// behindColon reports whether a value that is not written has its place directly
// behind a colon.
func (f *File) behindColon(n *Node) bool {
	at := n.Full.Start
	return n.pair != nil && n.pair.Value == n && at > n.pair.Key.Full.End && f.Src[at-1] == ':'
}

// Unquote writes a quoted scalar plain where it is the same text then.
func (f *File) Unquote(n *Node) ([]text.Edit, bool) {
	isQuoted := n.Kind == Scalar && n.Quoted() && n.TagSpan.IsEmpty()
	if f.odd || !isQuoted || !PlainString(n.Value, n.inFlow()) {
		return nil, false
	}
	return []text.Edit{{Span: n.Span, New: n.Value}}, true
}

// Delete removes a pair: of a block mapping its whole lines, of a flow mapping
// its part with a comma. It refuses the only pair of a mapping, one that holds an
// anchor which is used elsewhere, and one with a comment on it, in it or right above
// it.
func (f *File) Delete(p *Pair) ([]text.Edit, bool) {
	m := p.Key.Parent
	if f.odd || m == nil || len(m.Pairs) < 2 || f.UsedElsewhere(p.Span) {
		return nil, false
	}
	i := 0
	for i < len(m.Pairs) && m.Pairs[i] != p {
		i++
	}
	if i == len(m.Pairs) {
		return nil, false
	}
	var spans []text.Span
	for _, other := range m.Pairs {
		spans = append(spans, other.Span)
	}
	if m.Style == Flow {
		return f.deleteFlow(spans, i)
	}
	if f.keepsBlankLines(p.Value) || (i > 0 && f.follows(m.Pairs[i-1].Value, p.Span)) {
		return nil, false
	}
	return f.deleteBlock(spans, i)
}

// DeleteItem removes an item of a sequence, as Delete does a pair.
func (f *File) DeleteItem(n *Node) ([]text.Edit, bool) {
	s := n.Parent
	isOneOfSome := s != nil && s.Kind == Sequence && len(s.Items) >= 2
	if f.odd || !isOneOfSome || f.UsedElsewhere(n.Full) {
		return nil, false
	}
	var spans []text.Span
	for _, other := range s.Items {
		spans = append(spans, other.Full)
	}
	if s.Style == Flow {
		return f.deleteFlow(spans, n.index)
	}
	if f.keepsBlankLines(n) || (n.index > 0 && f.follows(s.Items[n.index-1], n.Full)) {
		return nil, false
	}
	// The dash belongs to the item; it may stand on a line above.
	column := f.column(s.Span.Start)
	for i := range spans {
		from := s.Span.Start
		if i > 0 {
			from = spans[i-1].End
		}
		dash := f.dash(from, spans[i].Start, column)
		if dash < 0 {
			return nil, false
		}
		spans[i].Start = dash
	}
	return f.deleteBlock(spans, n.index)
}

// follows reports whether a part cannot go, since the text of the one before it would
// become another one.
func (f *File) follows(before *Node, part text.Span) bool {
	return f.keepsBlankLines(before) || f.wouldRunOn(before, part)
}

// dash is the offset of an item's dash in that column, between two offsets; -1
// when it is not found.
func (f *File) dash(from, to, column int) int {
	for i := to - 1; i >= from; i-- {
		if f.Src[i] == '-' && f.column(i) == column {
			return i
		}
	}
	return -1
}

// deleteFlow removes the i-th part of a flow collection, with the comma that
// separates it from a neighbour.
func (f *File) deleteFlow(spans []text.Span, i int) ([]text.Edit, bool) {
	cut := text.Span{Start: spans[i].Start}
	if i+1 < len(spans) {
		cut.End = spans[i+1].Start
	} else {
		cut.Start, cut.End = spans[i-1].End, spans[i].End
	}
	if f.commentIn(cut) {
		return nil, false
	}
	return []text.Edit{{Span: cut}}, true
}

// deleteBlock removes the i-th part of a block collection.
func (f *File) deleteBlock(spans []text.Span, i int) ([]text.Edit, bool) {
	span := spans[i]
	if !f.onlyBlanksBefore(span.Start) {
		// It shares its line with a dash: the next part takes its place.
		if i+1 == len(spans) {
			return nil, false
		}
		cut := text.Span{Start: span.Start, End: spans[i+1].Start}
		if f.commentIn(cut) {
			return nil, false
		}
		return []text.Edit{{Span: cut}}, true
	}
	first := f.Lines.Position(span.Start).Line
	last := f.Lines.Position(span.End).Line
	lines := text.Span{Start: f.Lines.FullLine(first).Start, End: f.Lines.FullLine(last).End}
	if first == 1 && len(f.Src) >= 3 && f.Src[0] == 0xEF {
		lines.Start = 3
	}
	column := f.column(span.Start)
	if f.commentIn(lines) || (first > f.firstLine() && f.commentAbove(first, column)) || f.commentBelow(last, column) {
		return nil, false // it would be about nothing, or about the next part
	}
	return []text.Edit{{Span: f.withSpareBlanks(lines)}}, true
}

// firstLine is the line of the first key of the file: a comment above it is about
// the file.
func (f *File) firstLine() int {
	root := f.Root()
	if root == nil {
		return 0
	}
	return f.Lines.Position(root.Span.Start).Line
}

// commentAbove reports whether the line above is a comment of that column or less.
func (f *File) commentAbove(line, column int) bool {
	if line < 2 {
		return false
	}
	above := f.Lines.Line(line - 1)
	i := f.commentFrom(above.Start)
	if i == len(f.Comments) {
		return false
	}
	at := f.Comments[i].Span.Start
	return at < above.End && f.column(at) <= column && f.onlyBlanksBefore(at)
}

// commentBelow reports whether a comment below the line is indented deeper than the
// column, or its words are, as of an entry that was commented out.
func (f *File) commentBelow(line, column int) bool {
	for line++; line <= f.Lines.Lines(); line++ {
		full := f.Lines.Line(line)
		words := strings.TrimLeft(f.Text(full), " ")
		if strings.TrimSpace(words) == "" {
			continue
		}
		at := full.Len() - len(words)
		indent := len(words) - len(strings.TrimLeft(words, "# "))
		return words[0] == '#' && (at > column || (indent > 2 && at+indent > column))
	}
	return false
}

// withSpareBlanks widens lines that are deleted by the blank lines that would
// stand at an end of the file then, or next to others.
func (f *File) withSpareBlanks(lines text.Span) text.Span {
	above := lines.Start
	for above > 0 {
		start := f.Lines.FullLine(f.Lines.Position(above - 1).Line).Start
		if len(bytes.TrimSpace(f.Src[start:above])) > 0 {
			break
		}
		above = start
	}
	below := lines.End
	for below < len(f.Src) {
		end := f.Lines.FullLine(f.Lines.Position(below).Line).End
		if len(bytes.TrimSpace(f.Src[below:end])) > 0 {
			break
		}
		below = end
	}
	switch {
	case below == len(f.Src):
		lines = text.Span{Start: above, End: below}
	case above < lines.Start || above == 0 || (above == 3 && f.Src[0] == 0xEF):
		lines.End = below
	}
	return lines
}

func (f *File) commentIn(span text.Span) bool {
	i := f.commentFrom(span.Start)
	return i < len(f.Comments) && f.Comments[i].Span.Start < span.End
}

// column of an offset in its line, from 0, a byte order mark not counted.
func (f *File) column(offset int) int { return f.Lines.Position(offset).Column - 1 }

func (f *File) onlyBlanksBefore(offset int) bool {
	start := f.Lines.Offset(text.Position{Line: f.Lines.Position(offset).Line, Column: 1})
	return strings.Trim(string(f.Src[start:offset]), " ") == ""
}

// inFlow reports whether the node stands in brackets or braces.
func (n *Node) inFlow() bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Style == Flow {
			return true
		}
	}
	return false
}
