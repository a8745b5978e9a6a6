package compose

import (
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
// stands above or behind. ok is false where a comment groups the parts, or where
// an alias would come before its anchor: nothing is to be said there.
func reordered(d *facts.Compose, n *yaml.Node, order []int) (fixes []lint.Fix, ok bool) {
	if slices.IsSorted(order) {
		return nil, false
	}
	spans, ok := partSpans(d, n)
	if !ok {
		return nil, false
	}
	for _, s := range spans {
		for _, a := range d.File.Aliases() {
			if s.Contains(a.Target.Span) && !s.Contains(a.Span) || s.Contains(a.Span) && !s.Contains(a.Target.Span) && spans[0].Start <= a.Target.Span.Start {
				return nil, false
			}
		}
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
		if i == 0 {
			continue
		}
		var ok bool
		if spans[i].Start, ok = leadingComments(d, spans[i-1].End, spans[i].Start); !ok {
			return nil, false
		}
	}
	if len(spans) > 0 {
		var ok bool
		if spans[0].Start, ok = firstComments(d, n, spans[0].Start); !ok {
			return nil, false
		}
	}
	return spans, true
}

// leadingComments moves the start of a part up over the comments right above it.
// One that stands apart, with a blank line below it, is about several parts.
func leadingComments(d *facts.Compose, from, start int) (int, bool) {
	between := string(d.Src[from:start])
	if strings.TrimSpace(between) == "" {
		return start, true
	}
	first := -1
	at := from
	for line := range strings.SplitAfterSeq(between, "\n") {
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(trimmed, "#"):
			if first < 0 {
				first = at
			}
		case trimmed == "" && first >= 0 && line != "":
			return 0, false
		}
		at += len(line)
	}
	if first < 0 {
		return start, true
	}
	return first, true
}

// firstComments does the same for the first part, whose comments may be about the
// whole: those are left alone, and so is the order.
func firstComments(d *facts.Compose, n *yaml.Node, start int) (int, bool) {
	from := 0
	if p := n.Pair(); p != nil {
		lines := d.File.OwnLines()
		from = lines.FullLine(lines.Position(p.Key.Span.End).Line).End
	}
	if from >= start || strings.TrimSpace(string(d.Src[from:start])) == "" {
		return start, true
	}
	if n.Pair() == nil {
		return start, true // what stands at the top of a file is about the file
	}
	return leadingComments(d, from, start)
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
