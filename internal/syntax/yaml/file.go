// Package yaml reads YAML files into a tree in which every key and value has
// its exact byte span. The library decides what a file means; it knows where a
// node begins, as line and column, but not where it ends. An own scanner finds
// the bytes, so that edits can splice them and leave all others as they are.
package yaml

import (
	"github.com/dockmend/dockmend/internal/text"
)

// File is one YAML file, read once. It is not changed after Parse and is safe
// for concurrent use.
type File struct {
	// Src holds the file's bytes as they are.
	Src   []byte
	Lines *text.LineIndex
	// Documents in file order. Those before a mistake are there; the one with
	// the mistake and those after it are not.
	Documents []*Document
	// Comments in file order.
	Comments []Comment
	// Err says why the rest of the file was not read; nil when all was.
	Err *Error

	// own are the lines as the library counts them: it breaks at CR, LF, CRLF, NEL,
	// LS and PS.
	own *text.LineIndex
	// merged is why what merge keys stand for was not followed to its end.
	merged *Error
	// aliases in file order.
	aliases []*Node
	newline string
	// odd tells that the file has what the edits do not deal with: line breaks
	// other than LF and CRLF, a byte order mark inside, keys that are empty
	// or have a question mark, anchors glued to their value.
	odd bool
}

// Document is one of the documents that "---" separates.
type Document struct {
	// Root is nil for a document without content.
	Root *Node
	// Span reaches from the document's start to the start of the next one.
	Span text.Span
}

// Comment is a comment from its hash sign to the end of the line, line end not
// included.
type Comment struct {
	Span text.Span
	// Own tells that nothing but blanks stands before it on its line.
	Own bool
}

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Mapping
	Sequence
	// Alias stands for the node that Target names.
	Alias
)

// Style is how a node is written.
type Style uint8

// The styles: of scalars the first five, of mappings and sequences the last
// two. An alias is Plain.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// Node is a value, or the key of a pair.
type Node struct {
	Kind  Kind
	Style Style
	// Tag in its short form: "!!str", "!!map", "!reset". For plain scalars
	// without a written one it is what the library takes the text for.
	Tag string
	// Value is a scalar's text without quotes and escapes, an alias's name.
	Value string
	// Span covers the value as written: quotes, brackets, and a block scalar from
	// its indicator to the end of its last line; anchor and tag are not in it. It
	// is empty, at the place where a value would go, for a value that is not
	// written.
	Span text.Span
	// Full is Span with the anchor and the tag before it.
	Full text.Span
	// Anchor is the name behind "&", or empty. The spans cover the signs too.
	Anchor              string
	AnchorSpan, TagSpan text.Span
	// Target is what an alias stands for.
	Target *Node
	// Pairs of a mapping, duplicates included, and Items of a sequence.
	Pairs []*Pair
	Items []*Node
	// Parent is nil for a document's root.
	Parent *Node

	// effective are the pairs of a mapping for which merge keys or duplicates make
	// others of Pairs.
	effective []*Pair
	// pair is the pair that the node is key or value of; index its place in a
	// sequence.
	pair  *Pair
	index int
}

// Pair is a key with its value.
type Pair struct {
	Key, Value *Node
	// Span reaches from the start of the key to the end of the value.
	Span text.Span
	// First is the earlier pair of the mapping with the same key, nil mostly.
	First *Pair
	// Merge marks the key "<<".
	Merge bool
}

// Text is the source under a span.
func (f *File) Text(s text.Span) string { return string(s.Of(f.Src)) }

// OwnLines are the lines as YAML counts them, which end at more than Lines do: at a
// lone CR, and at the breaks NEL, LS and PS. What a line means to YAML, a comment
// above all, is asked of these; what people are told is asked of Lines.
func (f *File) OwnLines() *text.LineIndex { return f.own }

// Root is the content of the first document; nil when there is none.
func (f *File) Root() *Node {
	if len(f.Documents) == 0 {
		return nil
	}
	return f.Documents[0].Root
}

// Newline is the line end that the file uses: that of its first line, "\n" for
// a file without any.
func (f *File) Newline() string { return f.newline }

// CommentAfter is the comment that stands on the line on which offset lies,
// behind it.
func (f *File) CommentAfter(offset int) (Comment, bool) {
	i := f.commentFrom(offset)
	if i == len(f.Comments) || f.Comments[i].Span.Start >= f.lineEnd(offset) {
		return Comment{}, false
	}
	return f.Comments[i], true
}
