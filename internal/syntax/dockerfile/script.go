package dockerfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// Script is the shell text of a RUN, CMD, ENTRYPOINT or HEALTHCHECK CMD in
// shell form, parsed from a copy of the file's bytes of the same length, so
// that the shell parser's offsets are those of the file (facts: buildkit.md
// section 6).
type Script struct {
	// File is nil when Skipped is set.
	File *syntax.File
	// Span is what was parsed, heredocs included.
	Span text.Span
	// Skipped says why there is no tree.
	Skipped string
	// PastLimit is set where that is a bound on what is given to the shell's parser.
	PastLimit bool

	in      *Instruction
	masked  string
	foreign bool
	edits   editability
}

type editability uint8

const (
	notCompared editability = iota
	editable
	notEditable
)

// Script parses the instruction's shell text as Bash, of which POSIX sh is
// nearly a part. It is nil for an instruction that has none, as one in JSON
// form. Whether the stage's SHELL is one that reads such text is for facts to say.
func (in *Instruction) Script() *Script {
	s := in.script.Load()
	if s == nil {
		s = in.firstScript()
	}
	if s.Span.IsEmpty() && s.Skipped == "" {
		return nil
	}
	return s
}

// firstScript parses the script, unless another goroutine did meanwhile.
func (in *Instruction) firstScript() *Script {
	in.doc.parsing.Lock()
	defer in.doc.parsing.Unlock()
	if s := in.script.Load(); s != nil {
		return s
	}
	s := in.parseScript()
	in.script.Store(s)
	return s
}

func (in *Instruction) parseScript() *Script {
	s := &Script{in: in}
	if in.JSON || in.Body == "" {
		return s
	}
	switch in.Keyword {
	case "run", "cmd", "entrypoint":
	case "healthcheck":
		if len(in.Words) == 0 || !strings.EqualFold(in.Words[0].Text, "cmd") {
			return s
		}
	default:
		return s
	}
	s.Span = in.BodySpan
	if len(in.Heredocs) > 0 {
		last := in.Heredocs[len(in.Heredocs)-1]
		s.Span.End = last.End.End
		if only, interpreter := in.heredocOnly(); only {
			s.Span = last.Body
			if interpreter != "" {
				s.Skipped = "the heredoc is for " + interpreter
				s.foreign = true
				return s
			}
		}
	}
	s.masked = in.mask(s.Span)
	file, err := in.doc.parseShell(s.masked)
	switch {
	case errors.Is(err, ErrShellLimit):
		s.Skipped, s.PastLimit = err.Error(), true
	case err != nil:
		s.Skipped = "the shell parser does not understand it: " + err.Error()
	default:
		s.File = file
	}
	return s
}

// heredocOnly reports whether the RUN has nothing but one heredoc, whose content
// is then the script, and which interpreter its first line or the word behind
// it names, if that is no shell.
func (in *Instruction) heredocOnly() (only bool, interpreter string) {
	if len(in.Heredocs) != 1 || len(in.Words) == 0 || !strings.HasPrefix(in.Words[0].Text, "<<") {
		return false, ""
	}
	if len(in.Words) > 1 {
		if !isShell(in.Words[1].Text) {
			return true, in.Words[1].Text
		}
		return len(in.Words) == 2, ""
	}
	body := in.doc.Text(in.Heredocs[0].Body)
	if line, _, _ := strings.Cut(body, "\n"); strings.HasPrefix(line, "#!") {
		fields := strings.Fields(line[2:])
		if len(fields) > 1 && strings.HasSuffix(fields[0], "/env") {
			fields = fields[1:]
		}
		if len(fields) > 0 && !isShell(fields[0]) {
			return true, fields[0]
		}
	}
	return true, ""
}

func isShell(command string) bool {
	switch command[strings.LastIndexByte(command, '/')+1:] {
	case "sh", "bash", "dash", "ash", "ksh", "mksh":
		return true
	}
	return false
}

// mask copies the bytes of a span with what only Dockerfile knows blanked out:
// comments and blank lines between continued lines, blanks after a
// continuation, carriage returns, another escape character.
func (in *Instruction) mask(span text.Span) string {
	out := append([]byte(nil), span.Of(in.doc.Src)...)
	for _, l := range in.PhysicalLines() {
		from := l.Start
		switch {
		case l.Kind == CodeLine && l.Continued < l.EOL:
			from = l.Continued
		case l.Kind != CommentLine && l.Kind != BlankLine:
			continue
		}
		if from < span.Start || l.End > span.End {
			continue
		}
		joinLine(out[from-span.Start : l.End-span.Start])
	}
	return string(out)
}

// joinLine blanks the rest of a line so that a shell joins it to the next one:
// with a backslash before the line end, or without line end where the line has
// no byte for one.
func joinLine(rest []byte) {
	newline := rest[len(rest)-1] == '\n'
	for i := range rest {
		rest[i] = ' '
	}
	if n := len(rest); newline && n > 1 {
		rest[n-2], rest[n-1] = '\\', '\n'
	}
}

// parseShell, to which parsing must be locked, uses one parser for all scripts of a file, since its buffers cost
// more than most scripts.
func (d *Document) parseShell(src string) (*syntax.File, error) {
	if d.shell == nil {
		d.shell = syntax.NewParser(syntax.Variant(syntax.LangBash))
	}
	file, err := parseWith(d.shell, src)
	if file == nil {
		d.shell = nil // a parser that panicked is in no known state
	}
	return file, err
}

// ErrShellLimit is the error for a script that is not given to the shell's parser.
var ErrShellLimit = fmt.Errorf("a script may have %d bytes, and %d opening parentheses", limits.ShellBytes, limits.ShellParentheses)

// ParseShell parses a script. The error wraps ErrShellLimit for one that is too long or
// nested too deep: the parser, and whoever walks the tree, calls itself for each level,
// also for each && of a list, and no program survives the end of its stack.
func ParseShell(variant syntax.LangVariant, src string) (*syntax.File, error) {
	return parseWith(syntax.NewParser(syntax.Variant(variant)), src)
}

// PastShellLimit reports whether a script is not given to the shell's parser.
func PastShellLimit(src string) bool {
	return len(src) > limits.ShellBytes || strings.Count(src, "(") > limits.ShellParentheses
}

func parseWith(parser *syntax.Parser, src string) (file *syntax.File, err error) {
	if PastShellLimit(src) {
		return nil, ErrShellLimit
	}
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("shell parser: %v", r)
		}
	}()
	return parser.Parse(strings.NewReader(src), "")
}

// Text is the script, of the same length as Span: what only a Dockerfile knows,
// comments between continued lines above all, is blanked out.
func (s *Script) Text() string { return s.masked }

// ForeignInterpreter reports whether the text is a here-document for another
// program than a shell.
func (s *Script) ForeignInterpreter() bool { return s.foreign }

// SpanOf is the place of a node in the file.
func (s *Script) SpanOf(n syntax.Node) text.Span {
	return text.Span{Start: s.Span.Start + int(n.Pos().Offset()), End: s.Span.Start + int(n.End().Offset())}
}

// Editable reports whether the tree is the one of the text that the builder
// passes to the shell. Where Docker joins lines otherwise than a shell would,
// as inside of single quotes, it is not, and no edit may be based on the tree. Nor where
// there is a carriage return, a blank to the parser and a part of the word to a shell.
func (s *Script) Editable() bool {
	if s.File == nil {
		return false
	}
	s.in.doc.parsing.Lock()
	defer s.in.doc.parsing.Unlock()
	if s.edits == notCompared {
		s.edits = notEditable
		if strings.ContainsRune(s.joined(), '\r') {
			return false
		}
		if s.masked == s.joined() {
			s.edits = editable
		} else if joined, err := s.in.doc.parseShell(s.joined()); err == nil && sameTree(reflect.ValueOf(s.File), reflect.ValueOf(joined)) {
			s.edits = editable
		}
	}
	return s.edits == editable
}

// joined is the text as the builder hands it to the shell.
func (s *Script) joined() string {
	in := s.in
	if len(in.Heredocs) == 0 {
		return in.Body
	}
	if only, _ := in.heredocOnly(); only {
		return in.doc.Text(in.Heredocs[0].Body)
	}
	var b strings.Builder
	b.WriteString(in.Body)
	for _, h := range in.Heredocs {
		b.WriteString("\n" + in.doc.Text(h.Body) + h.Name)
	}
	return b.String()
}

var (
	posType     = reflect.TypeFor[syntax.Pos]()
	commentType = reflect.TypeFor[[]syntax.Comment]()
)

// sameTree compares two syntax trees without positions and comments.
func sameTree(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || (a.IsValid() && a.Type() != b.Type()) {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return sameTree(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameTree(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.Type == posType || f.Type == commentType || !f.IsExported() {
				continue
			}
			if !sameTree(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.String:
		return a.String() == b.String()
	case reflect.Bool:
		return a.Bool() == b.Bool()
	default:
		if a.CanInt() {
			return a.Int() == b.Int()
		}
		return a.CanUint() && a.Uint() == b.Uint()
	}
}

// HasComment reports whether the shell reads a comment in the text, behind which
// nothing of the same line runs. Comment lines of the Dockerfile between continued
// lines do not count: the builder takes them away.
func (s *Script) HasComment() bool {
	if strings.IndexByte(s.joined(), '#') < 0 {
		return false
	}
	file, err := parseWith(syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)), s.joined())
	if err != nil {
		return true
	}
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		_, is := n.(*syntax.Comment)
		found = found || is
		return !found
	})
	return found
}
