package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// The bounds. The engine bounds the size of a file; these bound what a small
// file can ask for. The largest of a thousand real compose files has some
// 5,000 nodes.
const (
	// MaxDepth is how many collections may stand inside of one another.
	MaxDepth = limits.YAMLDepth
	// MaxNodes is how many keys, values, mappings and sequences a file may have.
	MaxNodes = limits.YAMLNodes
	// MaxExpansion is how many nodes a view that follows aliases and merge keys
	// may visit.
	MaxExpansion = limits.YAMLExpansion
)

// ErrorKind says which sort of mistake ended the reading.
type ErrorKind uint8

// The sorts of mistakes.
const (
	// SyntaxError: the library refuses the file.
	SyntaxError ErrorKind = iota
	// EncodingError: the file is not UTF-8, or has a character that YAML forbids.
	EncodingError
	// LimitError: one of the bounds of this package was reached.
	LimitError
	// LostError: the library's tree and the bytes do not agree; a mistake of ours.
	LostError
)

// Error is why a file, or the rest of one, was not read.
type Error struct {
	Kind ErrorKind
	// Message says what is wrong, without place.
	Message string
	Span    text.Span
}

// Error is the message; whoever shows it adds the place.
func (e *Error) Error() string { return e.Message }

// Parse reads a file. It never fails: what cannot be read is in Err.
func Parse(src []byte, lines *text.LineIndex) *File {
	f := &File{Src: src, Lines: lines, own: text.NewLineIndexFunc(src, lineBreak), newline: newlineOf(src)}
	if f.Err = checkEncoding(src); f.Err != nil {
		return f
	}
	// The library needs some 250 bytes for a node: what cannot stay below the
	// bound is not even begun.
	if mostNodes(f) > 4*MaxNodes {
		f.Err = tooManyNodes(text.Span{})
		f.looseComments(0)
		return f
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithUniqueKeys(false),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(MaxDepth), loaderlimits.AliasNone())))
	if err != nil {
		f.Err = &Error{Kind: SyntaxError, Message: err.Error()}
		return f
	}
	l := newLocator(f)
	for f.Err == nil {
		var n yaml.Node
		err := loader.Load(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			f.Err = l.refused(err)
			break
		}
		l.document(&n)
	}
	l.finish()
	f.resolve()
	return f
}

// ParseSections is Parse for files of which each key of the top level is for itself: of a
// file with one document that breaks, the keys before the one with the mistake are there.
func ParseSections(src []byte, lines *text.LineIndex) *File {
	f := Parse(src, lines)
	if f.Err == nil || f.Err.Kind != SyntaxError || len(f.Documents) > 0 {
		return f
	}
	const tries = 3 // a quote that does not end is noticed in a later section
	end := f.Err.Span.Start + 1
	for range tries {
		end = sectionBefore(src, max(end-1, 0))
		before := Parse(src[:end], lines)
		if before.Err == nil && before.Root() != nil {
			before.Src, before.Err = src, f.Err
			return before
		}
	}
	return f
}

// sectionBefore is where the last key of the top level begins that stands on the line of an
// offset or above it.
func sectionBefore(src []byte, offset int) int {
	for at := min(offset, len(src)); ; at-- {
		at = bytes.LastIndexByte(src[:at], '\n') + 1
		line, _, _ := bytes.Cut(src[at:], []byte("\n"))
		if at == 0 || (len(line) > 0 && bytes.IndexByte([]byte(" \t\r#-}]"), line[0]) < 0 && bytes.IndexByte(line, ':') > 0) {
			return at
		}
	}
}

func newlineOf(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func tooManyNodes(span text.Span) *Error {
	return &Error{Kind: LimitError, Span: span, Message: fmt.Sprintf("more than %d keys and values", MaxNodes)}
}

// mostNodes is a bound, from above, of the nodes that a file can have: each
// needs one of these signs, or a line.
func mostNodes(f *File) int {
	n := f.own.Lines()
	for i, c := range f.Src {
		switch c {
		case ':':
			n += 2
		case ',', '[', '{', '?':
			n++
		case '-':
			if i+1 < len(f.Src) && isBlank(f.Src[i+1]) {
				n++
			}
		}
	}
	return n
}

// checkEncoding refuses what cannot be edited byte by byte, or what the library
// refuses without saying where. The library would read UTF-16, and so Compose
// does, but no other tool on a Dockerfile's side of the world.
func checkEncoding(src []byte) *Error {
	if bytes.HasPrefix(src, []byte{0xFF, 0xFE}) || bytes.HasPrefix(src, []byte{0xFE, 0xFF}) {
		return &Error{Kind: EncodingError, Message: "the file is UTF-16: save it as UTF-8", Span: text.Span{End: 2}}
	}
	for i := 0; i < len(src); {
		c := src[i]
		if isPrintable := c >= 0x20 && c < 0x7F; isPrintable || c == '\t' || c == '\n' || c == '\r' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(src[i:])
		span := text.Span{Start: i, End: i + size}
		switch {
		case r == utf8.RuneError && size == 1:
			return &Error{Kind: EncodingError, Span: span, Message: fmt.Sprintf("byte 0x%02X is not UTF-8: save the file as UTF-8", c)}
		case isControl(r) && r != 0x85, r == 0xFFFE, r == 0xFFFF:
			what := fmt.Sprintf("the control character U+%04X is not allowed in YAML", r)
			if r == 0 {
				what = "a NUL byte is not allowed in YAML"
			}
			return &Error{Kind: EncodingError, Span: span, Message: what}
		}
		i += size
	}
	return nil
}

// refused makes the library's error ours: its place as a span that shows
// something, its words plainer where they are about its insides.
func (l *locator) refused(err error) *Error {
	out := &Error{Kind: SyntaxError, Message: err.Error()}
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		return out
	}
	out.Message = le.Message
	mark := le.Mark
	if mark.Line == 0 {
		mark = le.ContextMark
	}
	if mark.Line > 0 {
		at := l.offset(mark.Line, mark.Column)
		out.Span = l.visible(at)
	}
	if strings.HasPrefix(le.Message, "exceeded max depth") {
		out.Kind = LimitError
		out.Message = fmt.Sprintf("more than %d levels of nesting", MaxDepth)
		return out
	}
	if out.Span.Start < len(l.f.Src) && l.f.Src[out.Span.Start] == '\t' {
		out.Message = "a tab indents this line: YAML allows spaces only"
	} else if why, ok := plainer[le.Message]; ok {
		out.Message = why
	}
	return out
}

// plainer has the library's words that name its insides.
var plainer = map[string]string{ //nolint:gosec // words about tokens of YAML, no credentials
	"did not find expected node content":                     "a value is missing here",
	"did not find expected key":                              "a key was expected here: is the line indented like its neighbours?",
	"did not find expected '-' indicator":                    "a list item was expected here: is the line indented like its neighbours?",
	"did not find expected ',' or ']'":                       "the list needs a comma or its closing bracket here",
	"did not find expected ',' or '}'":                       "the mapping needs a comma or its closing brace here",
	"did not find expected <document start>":                 "text stands outside of the document: is the line indented like its neighbours?",
	"mapping values are not allowed in this context":         "a colon is not allowed here: quote the value, or begin a new line",
	"could not find expected ':'":                            "a colon after the key is missing",
	"found character that cannot start any token":            "no value may begin with this character: quote it",
	"found unexpected end of stream":                         "the closing quote is missing",
	"block sequence entries are not allowed in this context": "a list item is not allowed here: begin a new line",
}

// visible is the span of what stands at an offset: the character there or, at
// the end of a line, the last one before it.
func (l *locator) visible(at int) text.Span {
	src := l.f.Src
	at = min(at, len(src))
	if at < len(src) && src[at] != '\n' && src[at] != '\r' {
		_, size := utf8.DecodeRune(src[at:])
		return text.Span{Start: at, End: at + size}
	}
	start := at
	for start > 0 && (isBlank(src[start-1]) || src[start-1] == '\n' || src[start-1] == '\r') {
		start--
	}
	if start == 0 {
		return text.Span{Start: at, End: at}
	}
	_, size := utf8.DecodeLastRune(src[:start])
	return text.Span{Start: start - size, End: start}
}
