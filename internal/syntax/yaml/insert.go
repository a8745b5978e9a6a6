package yaml

import (
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// InsertAfter adds a pair behind another of the same mapping. code is the pair
// as YAML, without indentation and last line end: "restart: always", or several
// lines, "a:\n  b: c". Flow mappings take one line only.
func (f *File) InsertAfter(p *Pair, code string) ([]text.Edit, bool) {
	m := p.Key.Parent
	if f.odd || m == nil {
		return nil, false
	}
	if m.Style == Flow {
		if f.Src[m.Span.Start] != '{' {
			return nil, false // the pair of a list: it is one
		}
		return f.insertFlow(p.Span.End, code)
	}
	return f.insertBelow(p.Value, p.Span, f.column(m.Pairs[0].Key.Full.Start), code)
}

// InsertBefore adds a pair before another of the same mapping; comments above
// that one then stand above the new pair.
func (f *File) InsertBefore(p *Pair, code string) ([]text.Edit, bool) {
	m := p.Key.Parent
	if f.odd || m == nil {
		return nil, false
	}
	at := p.Span.Start
	span := text.Span{Start: at, End: at}
	if m.Style == Flow {
		if strings.ContainsAny(code, "\r\n") || m.Span.Start == at {
			return nil, false
		}
		return []text.Edit{{Span: span, New: code + ", "}}, true
	}
	if at > 0 && f.Src[at-1] == '\t' {
		return nil, false
	}
	indent := strings.Repeat(" ", f.column(m.Pairs[0].Key.Full.Start))
	return []text.Edit{{Span: span, New: strings.TrimPrefix(f.indented(code, indent), indent) + f.newline + indent}}, true
}

// Add adds a pair at the end of a mapping, or to a key without a value, whose
// mapping it then begins. code is as for InsertAfter.
func (f *File) Add(n *Node, code string) ([]text.Edit, bool) {
	if n.Kind == Mapping && len(n.Pairs) > 0 {
		return f.InsertAfter(n.Pairs[len(n.Pairs)-1], code)
	}
	return f.fill(n, Mapping, code)
}

// Append adds an item at the end of a sequence, or to a key without a value,
// whose list it then begins. code is the item as YAML, without dash; flow
// sequences take one line only.
func (f *File) Append(n *Node, code string) ([]text.Edit, bool) {
	if f.odd {
		return nil, false
	}
	if n.Kind != Sequence || len(n.Items) == 0 {
		if n.Kind != Sequence {
			code = "- " + strings.ReplaceAll(code, "\n", "\n  ")
		}
		return f.fill(n, Sequence, code)
	}
	last := n.Items[len(n.Items)-1]
	if n.Style == Flow {
		return f.insertFlow(last.Full.End, code)
	}
	code = "- " + strings.ReplaceAll(code, "\n", "\n  ")
	end := max(last.Full.End, f.dash(n.Span.Start, last.Full.Start, f.column(n.Span.Start))+1)
	return f.insertBelow(last, text.Span{Start: n.Span.Start, End: end}, f.column(n.Span.Start), code)
}

// fill puts a first pair or item into an empty flow collection, or below a key
// without a value.
func (f *File) fill(n *Node, kind Kind, code string) ([]text.Edit, bool) {
	if f.odd {
		return nil, false
	}
	if n.Kind == kind && n.Style == Flow && n.Span.Len() == 2 && !strings.ContainsAny(code, "\r\n") {
		at := n.Span.Start + 1
		return []text.Edit{{Span: text.Span{Start: at, End: at}, New: code}}, true
	}
	p := n.pair
	if n.Kind != Scalar || !n.Full.IsEmpty() || n.inFlow() || !f.behindColon(n) {
		return nil, false
	}
	return f.insertBelow(n, p.Span, f.column(p.Key.Parent.Pairs[0].Key.Full.Start)+f.IndentStep(), code)
}

// insertFlow adds a part behind another one, which ends at an offset.
func (f *File) insertFlow(at int, code string) ([]text.Edit, bool) {
	if strings.ContainsAny(code, "\r\n") {
		return nil, false
	}
	return []text.Edit{{Span: text.Span{Start: at, End: at}, New: ", " + code}}, true
}

// insertBelow adds lines, with an indentation of that many spaces, below the
// line on which a part ends. last is the value that ends there.
func (f *File) insertBelow(last *Node, part text.Span, column int, code string) ([]text.Edit, bool) {
	if f.keepsBlankLines(last) {
		return nil, false
	}
	line := f.Lines.Position(part.End).Line
	// What follows on the line may be a comment, and nothing else.
	rest := strings.TrimLeft(string(f.Src[part.End:f.Lines.Line(line).End]), " \t\r")
	if rest != "" && rest[0] != '#' {
		return nil, false
	}
	code = f.indented(code, strings.Repeat(" ", column))
	at := f.Lines.FullLine(line).End
	if at > 0 && f.Src[at-1] == '\n' && at > part.Start {
		return []text.Edit{{Span: text.Span{Start: at, End: at}, New: code + f.newline}}, true
	}
	return []text.Edit{{Span: text.Span{Start: at, End: at}, New: f.newline + code}}, true
}

// keepsBlankLines reports whether a value ends in a block scalar that has the
// blank lines below it: whatever is added there would take them from it. One at
// the end of a file without a last line end has none, and would get it. One whose text
// ends in a line of blanks looks like a blank line, though it is text.
func (f *File) keepsBlankLines(n *Node) bool {
	n = n.lastPart()
	if n.Style != Literal && n.Style != Folded {
		return false
	}
	header, body, _ := strings.Cut(f.Text(n.Span), "\n")
	said := strings.TrimRight(n.Value, "\n")
	if said != "" && strings.TrimSpace(said[strings.LastIndexByte(said, '\n')+1:]) == "" {
		return true
	}
	return strings.Contains(header, "+") || body == "" || (n.Span.End == len(f.Src) && !strings.Contains(header, "-"))
}

// lastPart is the value with which a node ends.
func (n *Node) lastPart() *Node {
	for {
		switch {
		case n.Kind == Mapping && len(n.Pairs) > 0:
			n = n.Pairs[len(n.Pairs)-1].Value
		case n.Kind == Sequence && len(n.Items) > 0:
			n = n.Items[len(n.Items)-1]
		default:
			return n
		}
	}
}

// wouldRunOn reports whether a block scalar, at the end of a node, would take what
// stands below another part for its own if that part were removed: comments and
// blanks that are indented as its text.
func (f *File) wouldRunOn(n *Node, removed text.Span) bool {
	if n = n.lastPart(); n.Style != Literal && n.Style != Folded {
		return false
	}
	at := f.own.FullLine(f.own.Position(removed.End).Line).End
	for at < len(f.Src) && isBlank(f.Src[at]) {
		at++
	}
	return at < len(f.Src) && (f.Src[at] == '#' || lineBreak(f.Src, at) > 0)
}

// indented gives every line of code an indentation, and the file's line ends.
func (f *File) indented(code, indent string) string {
	lines := strings.Split(strings.TrimRight(code, "\r\n"), "\n")
	for i, line := range lines {
		if line = strings.TrimRight(line, "\r"); line != "" {
			line = indent + line
		}
		lines[i] = line
	}
	return strings.Join(lines, f.newline)
}

// IndentStep is by how many spaces the file indents a mapping below its key:
// the first one counts, and 2 where there is none.
func (f *File) IndentStep() int {
	step := 0
	for _, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			isBlock := n.Kind == Mapping && n.Style == Block && len(n.Pairs) > 0
			isValue := n.pair != nil && n.pair.Value == n
			if isBlock && isValue && step == 0 {
				if s := f.column(n.Pairs[0].Key.Full.Start) - f.column(n.Parent.Pairs[0].Key.Full.Start); s > 0 {
					step = s
				}
			}
			return step == 0
		})
	}
	if step == 0 {
		return 2
	}
	return step
}
