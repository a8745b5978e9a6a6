// Package dockerfile reads Dockerfiles in two layers: below, an own scanner
// that never fails and knows the byte span of everything; above, BuildKit's
// typed instructions, which decide what the build would do. BuildKit's parser
// has no columns and gives up a whole file at the first error (facts:
// buildkit.md section 5), so neither layer can do without the other.
package dockerfile

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// Document is one Dockerfile, read once. It is not changed after Parse and is
// safe for concurrent use.
type Document struct {
	// Src holds the file's bytes as they are.
	Src   []byte
	Lines *text.LineIndex
	// Physical has one entry for each physical line.
	Physical []Line
	// Directives are the parser directives at the top, in order.
	Directives []Directive
	// Escape is the escape and continuation character, '\\' or '`'.
	Escape byte
	// Instructions in file order, ONBUILD's inner ones not included.
	Instructions []*Instruction
	// Limit says which bound the file exceeds; empty for all that people write. Such
	// a document has no lines and no instructions.
	Limit string
	// Whole is the error with which BuildKit refused the file as a whole; nil
	// when it parsed it. The instructions were then parsed one by one.
	Whole error

	str string
	// parsing guards the parser of the scripts, which is nil until the first one,
	// and what scripts keep of its answers.
	parsing sync.Mutex
	shell   *syntax.Parser
}

// LineKind says what a physical line is.
type LineKind uint8

// The kinds of lines. Comments and blank lines may stand inside of an
// instruction, between two of its continued lines.
const (
	BlankLine LineKind = iota
	CommentLine
	DirectiveLine
	CodeLine
	HeredocLine
	HeredocEndLine
)

// Line is a physical line, cut at byte offsets: indentation (and byte order
// mark), text, continuation (the escape character and the blanks after it),
// line end.
type Line struct {
	Kind LineKind
	// Instruction is the index of the instruction to which the line belongs, -1
	// for lines between instructions.
	Instruction                      int
	Start, Text, Continued, EOL, End int
}

// Directive is a parser directive: "# syntax=docker/dockerfile:1".
type Directive struct {
	// Name is in lower case.
	Name, Value               string
	Span, NameSpan, ValueSpan text.Span
	// Problem says why BuildKit refuses it, or is empty.
	Problem string
}

// Instruction is one instruction with everything that belongs to it.
type Instruction struct {
	// Keyword is in lower case, as in the package command of BuildKit.
	Keyword     string
	KeywordSpan text.Span
	// Span reaches from the keyword to the last byte, heredocs included, without
	// the final line end. Head is the part before the heredocs.
	Span, Head text.Span
	Flags      []Flag
	// Args is the text after the flags, joined over continuations as BuildKit
	// joins it, without blanks around it.
	Args string
	// ArgsSpan is empty at the end of the head when there are no arguments.
	ArgsSpan text.Span
	// Words are the arguments: the strings of the JSON form, for ENV, ARG and
	// LABEL the words with their quotes, else what blanks separate.
	Words []Word
	// JSON reports whether the arguments (HEALTHCHECK: those after CMD) are a JSON
	// array of strings. NotStrings: an array of something else, which BuildKit refuses.
	JSON, NotStrings bool
	// Body is the part that becomes a command line: Args, or what follows CMD in
	// a HEALTHCHECK.
	Body     string
	BodySpan text.Span
	// Pairs are set for ENV, LABEL and ARG.
	Pairs    []Pair
	Heredocs []Heredoc
	// Inner is the instruction after ONBUILD.
	Inner *Instruction
	// Comments are the comment lines directly above, top first.
	Comments []text.Span

	// Command is BuildKit's reading of every instruction but FROM; Stage that of
	// FROM. Both are nil when Err is set: BuildKit refuses the instruction.
	Command instructions.Command
	Stage   *instructions.Stage
	Err     error

	doc       *Document
	index     int
	logical   logical
	script    atomic.Pointer[Script]
	firstLine int
	lastLine  int
}

// Flag is a "--name=value" between keyword and arguments.
type Flag struct {
	// Name is without dashes, Value without quotes and escapes.
	Name, Value string
	// Span is the whole flag, ValueSpan the value as written; it is empty at the
	// end of the flag when there is no value.
	Span, ValueSpan text.Span
	// HasValue tells "--link=" from "--link".
	HasValue bool
}

// Word is an argument.
type Word struct {
	// Text is as written, but decoded in the JSON form.
	Text string
	// Span covers quotes too.
	Span text.Span
}

// Pair is a key and its value in ENV, LABEL or ARG.
type Pair struct {
	// Key and Value are as written, quotes included.
	Key, Value               string
	Span, KeySpan, ValueSpan text.Span
	// HasValue is false for an ARG without a default.
	HasValue bool
	// Legacy marks the form "ENV key value".
	Legacy bool
}

// Heredoc is a here-document of RUN, COPY or ADD.
type Heredoc struct {
	Name string
	// Expand tells that variables in it are expanded, Chomp that leading tabs
	// are removed.
	Expand, Chomp bool
	FD            uint
	// Body is the content, End the terminator with its indentation; End is empty
	// at the end of the file when the heredoc is never Closed.
	Body, End text.Span
	Closed    bool
}

// Flag returns the first flag of that name.
func (i *Instruction) Flag(name string) (Flag, bool) {
	for _, f := range i.Flags {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// Index is the instruction's place in Document.Instructions; inner ones have
// that of their ONBUILD.
func (i *Instruction) Index() int { return i.index }

// Document is the file in which the instruction stands.
func (i *Instruction) Document() *Document { return i.doc }

// PhysicalLines are the lines from the keyword to the end, heredocs included.
func (i *Instruction) PhysicalLines() []Line { return i.doc.Physical[i.firstLine : i.lastLine+1] }

// Text is the source under a span.
func (d *Document) Text(s text.Span) string {
	start := min(max(s.Start, 0), len(d.str))
	return d.str[start:min(max(s.End, start), len(d.str))]
}

// Directive returns the directive of that name.
func (d *Document) Directive(name string) (Directive, bool) {
	for _, x := range d.Directives {
		if x.Name == name && x.Problem == "" {
			return x, true
		}
	}
	return Directive{}, false
}

// Newline is the line end that the file uses: that of its first line, "\n" for
// a file without any.
func (d *Document) Newline() string {
	if len(d.Physical) > 0 {
		if l := d.Physical[0]; l.End > l.EOL {
			return d.str[l.EOL:l.End]
		}
	}
	return "\n"
}

// Parse reads a Dockerfile. It never fails: what BuildKit refuses carries its
// error in the instruction, or in Whole.
func Parse(src []byte) *Document {
	return ParseIndexed(src, text.NewLineIndex(src))
}

// ParseIndexed is Parse for bytes whose lines were indexed already.
func ParseIndexed(src []byte, lines *text.LineIndex) *Document {
	d := Outline(src, lines)
	if d.Limit == "" {
		d.overlay()
	}
	return d
}

// Outline is ParseIndexed without BuildKit's reading, which takes most of its time: no
// instruction has a Command, a Stage or an Err.
func Outline(src []byte, lines *text.LineIndex) *Document {
	if lines.Lines() > limits.Lines {
		return &Document{Src: src, Lines: lines, Escape: '\\', Limit: fmt.Sprintf("more than %d lines", limits.Lines), str: string(src)}
	}
	d := scan(src, lines)
	if d.Limit != "" {
		return &Document{Src: src, Lines: lines, Escape: '\\', Limit: d.Limit, str: d.str}
	}
	return d
}
