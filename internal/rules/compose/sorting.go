package compose

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// reordered is the fix that puts the parts of a mapping or a list into another
// order: order[i] is which part comes at place i. What stands between the parts,
// commas and blank lines, stays where it is; a comment goes with the part that it
// stands above or behind. There is no fix where blank lines stand between some of
// the parts that move and not between others, so that they group them, nor where the
// first key of the file moves away from a comment on it. ok is false where a
// comment groups the parts, or where an alias would come before its anchor: nothing
// is to be said there.
func reordered(d *facts.Compose, n *yaml.Node, order []int) (fixes []lint.Fix, ok bool) {
	if slices.IsSorted(order) {
		return nil, false
	}
	spans, ok := partSpans(d, n)
	if last := len(order) - 1; !ok || (order[last] != last && endsInComments(d, n, spans[last].End)) {
		return nil, false
	}
	for _, s := range spans {
		for _, a := range d.File.Aliases() {
			if s.Contains(a.Target.Span) && !s.Contains(a.Span) {
				return nil, false
			}
			if s.Contains(a.Span) && !s.Contains(a.Target.Span) && spans[0].Start <= a.Target.Span.Start {
				return nil, false
			}
		}
	}
	if areGrouped(d, spans, order) || (order[0] != 0 && hasCommentOnTop(d, n)) {
		return nil, true
	}
	var b strings.Builder
	for i, from := range order {
		if i > 0 {
			b.Write(d.Src[spans[i-1].End:spans[i].Start])
		}
		b.Write(spans[from].Of(d.Src))
	}
	whole := text.Span{Start: spans[0].Start, End: spans[len(spans)-1].End}
	return []lint.Fix{{
		Title: "sort", Applicability: lint.Safe, MaxEffect: lint.EffectNone,
		Edits: []lint.FileEdit{changedLines(d.Src, whole, b.String())},
	}}, true
}

// areGrouped reports whether blank lines stand between some of the parts that move
// and not between others.
func areGrouped(d *facts.Compose, spans []text.Span, order []int) bool {
	first, last := firstMisplaced(order), len(order)-1
	for order[last] == last {
		last--
	}
	isApart := func(i int) bool {
		return bytes.Count(d.Src[spans[i-1].End:spans[i].Start], []byte("\n")) > 1
	}
	for i := first + 2; i <= last; i++ {
		if isApart(i) != isApart(first+1) {
			return true
		}
	}
	return false
}

// changedLines is the edit without the lines at either end that stay as they are.
func changedLines(src []byte, span text.Span, replacement string) lint.FileEdit {
	for {
		line, _, more := strings.Cut(replacement, "\n")
		if !more || !strings.HasPrefix(string(span.Of(src)), line+"\n") {
			break
		}
		span.Start, replacement = span.Start+len(line)+1, replacement[len(line)+1:]
	}
	for {
		i := strings.LastIndexByte(replacement, '\n')
		if i < 0 || !strings.HasSuffix(string(span.Of(src)), replacement[i:]) {
			break
		}
		span.End, replacement = span.End-(len(replacement)-i), replacement[:i]
	}
	return lint.Replace(span, replacement)
}

// partSpans are the parts with the comments that belong to them.
func partSpans(d *facts.Compose, n *yaml.Node) ([]text.Span, bool) {
	var spans []text.Span
	for _, p := range n.Pairs {
		if p.Merge || p.First != nil || p.Key.Kind != yaml.Scalar {
			return nil, false
		}
		spans = append(spans, p.Span)
	}
	for _, item := range n.Items {
		spans = append(spans, item.Full)
	}
	if n.Style == yaml.Flow {
		for _, c := range d.File.Comments {
			if n.Span.Contains(c.Span) {
				return nil, false
			}
		}
		return spans, len(spans) > 0
	}
	keeps := false
	n.Walk(func(part *yaml.Node) bool {
		if part.Style == yaml.Literal || part.Style == yaml.Folded {
			header, _, _ := strings.Cut(d.File.Text(part.Span), "\n")
			// At the end of a file without a last line end its text has none either.
			keeps = keeps || strings.Contains(header, "+") || part.Span.End == len(d.Src)
		}
		return !keeps
	})
	if keeps {
		return nil, false // blank lines behind it are a part of its text
	}
	lines := d.File.OwnLines()
	for i := range spans {
		start := lines.Offset(text.Position{Line: lines.Position(spans[i].Start).Line, Column: 1})
		before := strings.Trim(string(d.Src[start:spans[i].Start]), " ")
		if before != "" && (before != "-" || n.Kind != yaml.Sequence) {
			return nil, false
		}
		if start == 0 && len(d.Src) >= 3 && d.Src[0] == 0xEF {
			start = 3
		}
		end := lines.Line(lines.Position(spans[i].End).Line).End
		spans[i] = text.Span{Start: start, End: max(end, spans[i].End)}
	}
	for i := 1; i < len(spans); i++ {
		var ok bool
		if spans[i-1].End, spans[i].Start, ok = shareComments(d, spans[i-1].End, spans[i].Start, columnOf(d, n, i)); !ok {
			return nil, false
		}
	}
	if last := len(spans) - 1; last >= 0 {
		var ok bool
		if spans[0].Start, ok = firstComments(d, n, spans[0].Start); !ok {
			return nil, false
		}
		spans[last].End = trailingComments(d, spans[last].End, columnOf(d, n, last))
	}
	return spans, true
}

// columnOf is the column of a part's key, or of its dash.
func columnOf(d *facts.Compose, n *yaml.Node, i int) int {
	at := 0
	if n.Kind == yaml.Sequence {
		at = n.Items[i].Full.Start
	} else {
		at = n.Pairs[i].Key.Span.Start
	}
	line := d.File.OwnLines().FullLine(d.File.OwnLines().Position(at).Line)
	return len(line.Of(d.Src)) - len(bytes.TrimLeft(line.Of(d.Src), " "))
}

// commentLine is a line of comment, or a blank one, between the parts.
type commentLine struct {
	span   text.Span
	column int
	text   string
}

// words is the column in which the words of a comment begin.
func (l commentLine) words() int {
	return l.column + len(l.text) - len(strings.TrimLeft(l.text, "# "))
}

// commentLines are the lines between two places as far as they are comments and
// blank lines; the first begins behind the line of from.
func commentLines(d *facts.Compose, from, to int) (lines []commentLine) {
	for number := d.File.OwnLines().Position(from).Line + 1; number <= d.File.OwnLines().Lines(); number++ {
		span := d.File.OwnLines().FullLine(number)
		line := strings.TrimRight(string(span.Of(d.Src)), "\r\n")
		words := strings.TrimLeft(line, " ")
		if span.Start >= to || (words != "" && words[0] != '#') {
			break
		}
		lines = append(lines, commentLine{span, len(line) - len(words), words})
	}
	return lines
}

// shareComments gives the comments between two parts to the one that they are
// about: what is indented deeper than the keys belongs to the part above, what
// stands on a key to that one. ok is false where it is not known: for a comment
// that stands apart, for a key or an entry that is commented out, and for one that
// is indented less.
func shareComments(d *facts.Compose, end, start, column int) (newEnd, newStart int, ok bool) {
	lines := commentLines(d, end, start)
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	deeper := 0
	for i, l := range lines {
		if l.text != "" && l.column > column {
			deeper = i + 1
		}
	}
	for i, l := range lines {
		switch {
		case i < deeper:
			if l.text != "" && l.column <= column {
				return 0, 0, false
			}
		case l.text == "":
			if i > deeper && slices.ContainsFunc(lines[deeper:i], func(l commentLine) bool { return l.text != "" }) {
				return 0, 0, false
			}
		case l.column < column || l.words() > l.column+2 || isCommentedOut(l.text):
			return 0, 0, false
		}
	}
	if deeper > 0 {
		end = lineEnd(d, lines[deeper-1].span)
	}
	for _, l := range lines[deeper:] {
		if l.text != "" {
			return end, l.span.Start, true
		}
	}
	return end, start, true
}

// trailingComments moves the end of the last part behind the comments that are
// indented deeper than its key.
func trailingComments(d *facts.Compose, end, column int) int {
	for _, l := range commentLines(d, end, len(d.Src)) {
		switch {
		case l.text == "":
		case l.column <= column:
			return end
		default:
			end = lineEnd(d, l.span)
		}
	}
	return end
}

// endsInComments reports whether comments behind the last part, which ends at end,
// may be a piece of it that was commented out, or be about it: those that stand in
// the column of its key, and those whose words do while their # stands further left.
// Such a part cannot move without them.
func endsInComments(d *facts.Compose, n *yaml.Node, end int) bool {
	column := columnOf(d, n, max(len(n.Pairs), len(n.Items))-1)
	for _, l := range commentLines(d, end, len(d.Src)) {
		words := l.words()
		switch {
		case l.text == "":
		case l.column == column, words > column, words == column && words > l.column+2:
			return true
		default:
			return false // of what comes below, or of the whole file
		}
	}
	return false
}

// hasCommentOnTop reports whether a comment at the top of a file stands on its first
// key: it may be about that key, or about the file.
func hasCommentOnTop(d *facts.Compose, n *yaml.Node) bool {
	lines := d.File.OwnLines()
	if n.Pair() != nil || len(n.Pairs) == 0 {
		return false
	}
	number := lines.Position(n.Pairs[0].Span.Start).Line
	if number < 2 {
		return false
	}
	above := bytes.TrimPrefix(lines.Line(number-1).Of(d.Src), []byte("\uFEFF"))
	return bytes.HasPrefix(above, []byte("#"))
}

func lineEnd(d *facts.Compose, full text.Span) int {
	lines := d.File.OwnLines()
	return lines.Line(lines.Position(full.Start).Line).End
}

// isCommentedOut reports whether a comment looks like a key or an entry that
// somebody took out of use.
func isCommentedOut(comment string) bool {
	words := strings.TrimLeft(comment, "# ")
	if strings.HasPrefix(words, "- ") {
		return true
	}
	key, _, found := strings.Cut(words, ":")
	return found && key != "" && !strings.ContainsAny(key, " \t")
}

// firstComments moves the start of the first part up over its comments, which may
// be about the whole: those are left alone, and so is the order.
func firstComments(d *facts.Compose, n *yaml.Node, start int) (int, bool) {
	p := n.Pair()
	if p == nil {
		return start, true // what stands at the top of a file is about the file
	}
	lines := d.File.OwnLines()
	from := lines.Line(lines.Position(p.Key.Span.End).Line).End
	if from >= start || strings.TrimSpace(string(d.Src[from:start])) == "" {
		return start, true
	}
	end, start, ok := shareComments(d, from, start, columnOf(d, n, 0))
	return start, ok && end == from
}

// sortedOrder is the order of parts by a comparison of their places.
func sortedOrder(n int, compare func(a, b int) int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	return order
}

// firstMisplaced is the first part that does not stand where the order has it.
func firstMisplaced(order []int) int {
	for i, from := range order {
		if i != from {
			return i
		}
	}
	return 0
}
