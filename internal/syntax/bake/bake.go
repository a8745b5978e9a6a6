// Package bake reads bake files, in HCL and in JSON, as buildx does: their targets,
// groups and variables, with the place of each name and value.
package bake

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// MaxBytes is the size up to which a bake file is read.
	MaxBytes = 256 << 10
	// maxText is the length in bytes of a text with its variables put in: each use of a
	// variable repeats its value, and no path is longer.
	maxText = 4096
)

// File is a bake file.
type File struct {
	Src   []byte
	Lines *text.LineIndex
	// Blocks are the targets, groups and the like, in the order of the file.
	Blocks []*Block
	// Comments are the places of comments, each of one line without its end.
	Comments []text.Span
	// Err is what keeps buildx from reading the file; nil if nothing does. Blocks is
	// empty then.
	Err *Error
	// Limit says which bound keeps the file from being read; empty mostly.
	Limit string
}

// Error is a place at which the file cannot be read.
type Error struct {
	Span    text.Span
	Message string
}

// Block is a target, a group, a variable or a function.
type Block struct {
	// Kind is the word before the name, Name is empty where the block has none.
	Kind, Name string
	NameSpan   text.Span
	Attributes []*Attribute
}

// Attribute is a key of a block with its value.
type Attribute struct {
	Name     string
	NameSpan text.Span
	Value    Value
}

// Value is what an attribute or an entry of one is set to.
type Value struct {
	Span text.Span
	// Text is that of a string, with the defaults of variables put in.
	Text string
	// Known is set for a string that is known with these defaults, Fixed for one that
	// no variable changes.
	Known, Fixed bool
	// Items are those of a list, Pairs the entries of an object; IsList and IsObject
	// are set for the two that are written out.
	Items            []Value
	Pairs            []Pair
	IsList, IsObject bool
}

// Pair is an entry of an object.
type Pair struct {
	Key     string
	KeySpan text.Span
	Value   Value
}

// Get is the attribute of that name; nil if there is none.
func (b *Block) Get(name string) *Attribute {
	for _, a := range b.Attributes {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Parse reads a bake file, in JSON where the text begins with a brace.
func Parse(src []byte) *File {
	f := &File{Src: src, Lines: text.NewLineIndex(src)}
	switch {
	case len(src) > MaxBytes:
		f.Limit = "the file is larger than 256 KiB"
	case bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(src, []byte("\xEF\xBB\xBF"))), []byte("{")):
		f.readJSON()
	case deeplyNested(src):
		f.Limit = "the file has more than 10,000 brackets and signs"
	default:
		f.readHCL()
	}
	return f
}

// deeplyNested reports whether a file has more of what nests than the parser is given,
// wherever it stands.
func deeplyNested(src []byte) bool {
	return text.CountAny(src, "([{!-?") > limits.Brackets
}
