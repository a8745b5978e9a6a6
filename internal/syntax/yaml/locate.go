package yaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// locator gives the library's nodes, which come in the order of the file, their
// bytes.
type locator struct {
	f *File
	// start is the offset of the first line, after a byte order mark.
	start int
	// line, column, at is the place that was asked for last: the next one is
	// sought from there, or one long line would cost the square of its length.
	line, column, at int
	nodes            int
	known            map[*yaml.Node]*Node
	// text counts the bytes of long keys and values so far, those that aliases stand for
	// included; texts has those of each anchor, aliased those of aliases alone.
	text, aliased int
	texts         map[*Node]int
	// leaves are the bytes in which a hash sign is no comment, in order.
	leaves []text.Span
}

var byteOrderMark = []byte("\uFEFF")

// shortText is how many bytes of each key and value do not count as text: the bounds on
// their number are for these.
const shortText = 64

func newLocator(f *File) *locator {
	l := &locator{f: f, start: f.own.Offset(text.Position{Line: 1, Column: 1}), known: map[*yaml.Node]*Node{}, texts: map[*Node]int{}}
	f.odd = bytes.Contains(f.Src[l.start:], byteOrderMark)
	for n := 1; n <= f.own.Lines() && !f.odd; n++ {
		end := text.Span{Start: f.own.Line(n).End, End: f.own.FullLine(n).End}
		f.odd = !end.IsEmpty() && f.Src[end.End-1] != '\n'
	}
	return l
}

// lineBreak is the length of the line break at i, 0 when there is none.
func lineBreak(src []byte, i int) int {
	switch src[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(src) && src[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if i+1 < len(src) && src[i+1] == 0x85 {
			return 2
		}
	case 0xE2:
		if i+2 < len(src) && src[i+1] == 0x80 && (src[i+2] == 0xA8 || src[i+2] == 0xA9) {
			return 3
		}
	}
	return 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// offset of a place of the library: line and column are 1-based, columns count
// characters.
func (l *locator) offset(line, column int) int {
	if line < 1 {
		return len(l.f.Src)
	}
	if line != l.line || column < l.column {
		l.line, l.column, l.at = line, 1, max(l.f.own.FullLine(line).Start, l.start)
	}
	for l.column < column && l.at < len(l.f.Src) {
		_, size := utf8.DecodeRune(l.f.Src[l.at:])
		l.at += size
		l.column++
	}
	return l.at
}

// document adds a document of the library.
func (l *locator) document(n *yaml.Node) {
	d := &Document{Span: text.Span{Start: l.offset(n.Line, n.Column), End: len(l.f.Src)}}
	if docs := l.f.Documents; len(docs) > 0 {
		docs[len(docs)-1].Span.End = d.Span.Start
	}
	clear(l.known)
	if len(n.Content) > 0 {
		d.Root = l.node(n.Content[0], nil)
	}
	if l.f.Err == nil {
		l.f.Documents = append(l.f.Documents, d)
	}
}

// lost ends the reading where the bytes are not what the library says.
func (l *locator) lost(n *yaml.Node, at int, what string) {
	if l.f.Err == nil {
		l.f.Err = &Error{Kind: LostError, Span: l.visible(at), Message: fmt.Sprintf("%s of line %d was not found in the file", what, n.Line)}
	}
}

// node finds a node and all below it. The library bounds the depth.
func (l *locator) node(n *yaml.Node, parent *Node) *Node {
	out := &Node{Tag: n.ShortTag(), Value: n.Value, Anchor: n.Anchor, Parent: parent}
	if l.nodes++; l.nodes > MaxNodes && l.f.Err == nil {
		l.f.Err = tooManyNodes(l.visible(l.offset(n.Line, n.Column)))
	}
	if l.f.Err != nil {
		return out
	}
	l.known[n] = out
	before := l.text
	at := l.offset(n.Line, n.Column)
	after, content := l.properties(out, n, at)
	switch n.Kind {
	case yaml.AliasNode:
		l.alias(out, n, content)
	case yaml.MappingNode, yaml.SequenceNode:
		l.collection(out, n, content)
	default:
		out.Kind = Scalar
		l.text += max(len(n.Value)-shortText, 0)
		if n.Value == "" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
			out.Span = text.Span{Start: after, End: after}
		} else {
			l.scalar(out, n, content)
		}
	}
	out.Full = out.Span
	if out.Anchor != "" {
		out.Full = out.Full.Cover(out.AnchorSpan)
		l.texts[out] = l.text - before
	}
	if !out.TagSpan.IsEmpty() {
		out.Full = out.Full.Cover(out.TagSpan)
	}
	return out
}

// properties reads anchor and tag, as far as the node has them: those of a
// block mapping's first key may stand at the same place. It returns the place
// behind them, and that of the content.
func (l *locator) properties(out *Node, n *yaml.Node, at int) (after, content int) {
	src := l.f.Src
	after, content = at, at
	anchor := n.Anchor != ""
	tag := n.Style&yaml.TaggedStyle != 0 || n.Tag == "!"
	isNext := func(at int) bool {
		if at >= len(src) {
			return false
		}
		return (anchor && src[at] == '&') || (tag && src[at] == '!')
	}
	for isNext(content) {
		end := content + 1
		if src[content] == '&' {
			end = min(end+len(n.Anchor), len(src))
		}
		verbatim := src[content] == '!' && end < len(src) && src[end] == '<'
		ends := func(at int) bool {
			return isBlank(src[at]) || lineBreak(src, at) != 0 || (!verbatim && isFlowSign(src[at]))
		}
		for src[content] == '!' && end < len(src) && !ends(end) {
			end++
		}
		span := text.Span{Start: content, End: end}
		if src[content] == '&' {
			if l.f.Text(span) != "&"+n.Anchor {
				break
			}
			out.AnchorSpan, anchor = span, false
		} else {
			out.TagSpan, tag = span, false
		}
		l.leaves = append(l.leaves, span)
		after = end
		if content = l.skip(end, ""); content == end && end < len(src) && !isFlowSign(src[end]) {
			l.f.odd = true // nothing separates it from the value
		}
	}
	if anchor || (tag && n.Kind != yaml.MappingNode) {
		l.lost(n, at, "the anchor or tag")
	}
	return after, content
}

func isFlowSign(c byte) bool { return strings.IndexByte(",[]{}", c) >= 0 }

// skip passes blanks, line breaks, comments and the bytes of also.
func (l *locator) skip(at int, also string) int {
	src := l.f.Src
	for at < len(src) {
		switch c := src[at]; {
		case isBlank(c) || strings.IndexByte(also, c) >= 0:
			at++
		case c == '#' && l.startsComment(at):
			for at < len(src) && lineBreak(src, at) == 0 {
				at++
			}
		default:
			n := lineBreak(src, at)
			if n == 0 {
				return at
			}
			at += n
		}
	}
	return at
}

// startsComment reports whether the hash sign at an offset outside of a scalar
// begins a comment.
func (l *locator) startsComment(at int) bool {
	if at == l.start || isBlank(l.f.Src[at-1]) {
		return true
	}
	switch l.f.Src[at-1] {
	case '\n', '\r', 0x85, 0xA8, 0xA9:
		return true
	case ',', '[', '{', ']', '}', '"', '\'':
		return true
	}
	return false
}

func (l *locator) alias(out *Node, n *yaml.Node, at int) {
	out.Kind = Alias
	out.Span = text.Span{Start: at, End: min(at+1+len(n.Value), len(l.f.Src))}
	if l.f.Text(out.Span) != "*"+n.Value {
		l.lost(n, at, "the alias")
	}
	l.leaves = append(l.leaves, out.Span)
	out.Target = l.known[n.Alias]
	if out.Target == nil {
		l.lost(n, at, "the anchor of the alias")
	}
	l.f.aliases = append(l.f.aliases, out)
	l.text += l.texts[out.Target]
	if l.aliased += l.texts[out.Target]; l.aliased > limits.YAMLAliasBytes && l.f.Err == nil {
		l.f.Err = &Error{Kind: LimitError, Span: out.Span, Message: fmt.Sprintf("aliases stand for more than %d bytes of text", limits.YAMLAliasBytes)}
	}
}

func (l *locator) collection(out *Node, n *yaml.Node, at int) {
	out.Kind, out.Style = Sequence, Block
	if n.Kind == yaml.MappingNode {
		out.Kind = Mapping
	}
	open := byte(0)
	if n.Style&yaml.FlowStyle != 0 {
		out.Style = Flow
		// The pair in [key: value] is a mapping without signs of its own.
		sign := byte('[')
		if n.Kind == yaml.MappingNode {
			sign = '{'
		}
		if at < len(l.f.Src) && l.f.Src[at] == sign && !l.pairInList(n) {
			open = sign
		}
	}
	out.Span = text.Span{Start: at, End: at}
	if open != 0 {
		out.Span.End = at + 1
	}
	if out.Kind == Mapping {
		l.pairs(out, n)
	} else {
		for i, c := range n.Content {
			item := l.node(c, out)
			item.index = i
			out.Items = append(out.Items, item)
			out.Span.End = max(out.Span.End, item.Full.End)
		}
	}
	if l.f.Err != nil || open == 0 {
		return
	}
	end := l.skip(out.Span.End, ",:?")
	if end >= len(l.f.Src) || l.f.Src[end] != open+2 { // in ASCII, '[' is two before ']', '{' before '}'
		l.lost(n, at, "the closing bracket")
		return
	}
	out.Span.End = end + 1
}

// pairInList reports whether a flow mapping whose place holds a brace is a pair
// of a list, and the brace that of its key: [{a: b}: c].
func (l *locator) pairInList(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return false
	}
	key := n.Content[0]
	return key.Kind == yaml.MappingNode && key.Line == n.Line && key.Column == n.Column
}

func (l *locator) pairs(out *Node, n *yaml.Node) {
	seen := make(map[string]*Pair, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		p := &Pair{Key: l.node(n.Content[i], out)}
		p.Value = l.node(n.Content[i+1], out)
		p.Key.pair, p.Value.pair = p, p
		p.Merge = p.Key.Tag == "!!merge"
		if l.f.Err != nil {
			return
		}
		if v := p.Value; v.Kind == Scalar && v.Full.IsEmpty() {
			v.Span = l.afterColon(p.Key.Full.End, v.Span.Start)
			v.Full = v.Span
		}
		p.Span = p.Key.Full.Cover(p.Value.Full)
		if l.explicit(out.Span.End, p.Key) {
			l.f.odd = true
		}
		if p.Key.Kind == Scalar {
			// "<<" in quotes is a key like any other.
			if first := seen[p.Key.Value]; first == nil {
				seen[p.Key.Value] = p
			} else if first.Merge == p.Merge {
				p.First = first
			}
		}
		out.Pairs = append(out.Pairs, p)
		out.Span.End = max(out.Span.End, p.Span.End)
	}
}

// explicit reports whether a key is empty, has a question mark, or needs one. from
// is where the pair before it ends, or the mapping begins.
func (l *locator) explicit(from int, key *Node) bool {
	isBlock := key.Style == Literal || key.Style == Folded
	if key.Full.IsEmpty() || key.Kind == Mapping || key.Kind == Sequence || isBlock {
		return true
	}
	// Comments may stand between the mark and the key.
	at := l.skip(from, ",")
	return (at < key.Full.Start && l.f.Src[at] == '?') || bytes.IndexByte(key.Span.Of(l.f.Src), '\n') >= 0
}

// afterColon is the place of a value that is not written: directly behind the
// colon, or behind the key when there is none. The library names the next sign
// instead when the mapping is in braces.
func (l *locator) afterColon(keyEnd, limit int) text.Span {
	at := keyEnd
	if colon := l.skip(keyEnd, ""); colon <= limit && colon < len(l.f.Src) && l.f.Src[colon] == ':' {
		at = colon + 1
	}
	return text.Span{Start: at, End: at}
}
