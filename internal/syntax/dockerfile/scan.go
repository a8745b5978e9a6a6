package dockerfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

const byteOrderMark = "\xEF\xBB\xBF"

// scan splits a file into lines and instructions. It follows BuildKit's
// parser.Parse line by line, keeping what that throws away.
func scan(src []byte, lines *text.LineIndex) *Document {
	d := &Document{Src: src, str: string(src), Lines: lines, Escape: '\\'}
	d.Physical = make([]Line, 0, bytes.Count(src, []byte{'\n'})+1)
	s := scanner{d: d, directives: true}
	s.run()
	return d
}

type scanner struct {
	d   *Document
	pos int
	// directives is true as long as a directive may follow.
	directives bool
	comments   []text.Span
	// stages and pairs are counted for their bounds.
	stages, pairs int
}

func (s *scanner) run() {
	for s.pos < len(s.d.str) && s.d.Limit == "" {
		l := s.nextLine(true)
		body := s.d.str[l.Text:l.EOL]
		switch {
		case body != "" && body[0] == '#':
			l.Kind, l.Continued = CommentLine, l.EOL
			if s.directive(&l) {
				l.Kind = DirectiveLine
			} else {
				s.comment(l)
			}
			s.add(l, -1)
		case body == "":
			s.directives = false
			l.Continued = l.EOL
			s.add(l, -1)
		default:
			s.directives = false
			s.instruction(l)
		}
	}
}

// comment keeps the block of comments directly above the next instruction. An
// empty comment ends a block, as in BuildKit; a blank line does not.
func (s *scanner) comment(l Line) {
	if strings.TrimSpace(s.d.str[l.Text+1:l.EOL]) == "" {
		s.comments = nil
		return
	}
	s.comments = append(s.comments, text.Span{Start: l.Text, End: l.EOL})
}

func (s *scanner) add(l Line, instruction int) {
	l.Instruction = instruction
	s.d.Physical = append(s.d.Physical, l)
}

// nextLine reads a physical line; the indentation is cut off only where a new
// instruction may begin, since it is part of the text of a continued line.
func (s *scanner) nextLine(indent bool) Line {
	str := s.d.str
	l := Line{Start: s.pos, Kind: BlankLine}
	if n := strings.IndexByte(str[s.pos:], '\n'); n >= 0 {
		l.End = s.pos + n + 1
	} else {
		l.End = len(str)
	}
	l.EOL = l.End
	for l.EOL > l.Start && (str[l.EOL-1] == '\n' || str[l.EOL-1] == '\r') {
		l.EOL--
	}
	l.Text = l.Start
	if l.Start == 0 && strings.HasPrefix(str, byteOrderMark) {
		l.Text = min(len(byteOrderMark), l.EOL)
	}
	if indent {
		l.Text += leadingSpace(str[l.Text:l.EOL])
	}
	l.Continued = continuation(str[l.Text:l.EOL], s.d.Escape) + l.Text
	s.pos = l.End
	return l
}

func leadingSpace(s string) int {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c != ' ' && (c < '\t' || c > '\r') {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsSpace(r) {
			return i
		}
		i += size
	}
	return len(s)
}

// continuation returns where the continuation of a line begins, its length if
// there is none: the last character but blanks is the escape character and no
// other one stands before it.
func continuation(line string, escape byte) int {
	end := len(line)
	for end > 0 && (line[end-1] == ' ' || line[end-1] == '\t') {
		end--
	}
	if end == 0 || line[end-1] != escape || (end > 1 && line[end-2] == escape) {
		return len(line)
	}
	return end - 1
}

func isComment(line string) bool {
	n := leadingSpace(line)
	return n < len(line) && line[n] == '#'
}

// instruction reads one instruction, whose first line is l.
func (s *scanner) instruction(l Line) {
	d := s.d
	index := len(d.Instructions)
	if index == limits.Instructions {
		d.Limit = fmt.Sprintf("more than %d instructions", limits.Instructions)
		return
	}
	in := &Instruction{doc: d, index: index, firstLine: len(d.Physical), Comments: s.comments}
	s.comments = nil
	d.Instructions = append(d.Instructions, in)

	var log logical
	for {
		l.Kind = CodeLine
		s.add(l, index)
		log.add(d.str, l.Text, l.Continued)
		if l.Continued == l.EOL || s.pos >= len(d.str) {
			break
		}
		if !s.between(&l, index) {
			break
		}
	}
	in.lastLine = len(d.Physical) - 1
	in.logical = log
	in.split(0, len(log.text), d.Escape)
	if in.Keyword == "from" {
		s.stages++
	}
	s.pairs += len(in.Pairs)
	switch {
	case s.stages > limits.Stages:
		d.Limit = fmt.Sprintf("more than %d stages", limits.Stages)
		return
	case s.pairs > limits.Pairs:
		d.Limit = fmt.Sprintf("more than %d variables and labels", limits.Pairs)
		return
	}
	s.heredocs(in)
	in.lastLine = len(d.Physical) - 1
	in.Span = in.Head
	if n := len(in.Heredocs); n > 0 {
		in.Span.End = in.Heredocs[n-1].End.End
	}
}

// between reads on to the next continued line over comments and blank lines;
// false at the end of the file.
func (s *scanner) between(l *Line, index int) bool {
	for s.pos < len(s.d.str) {
		*l = s.nextLine(false)
		line := s.d.str[l.Text:l.EOL]
		switch {
		case isComment(line):
			l.Kind, l.Continued = CommentLine, l.EOL
			l.Text += leadingSpace(line)
		case leadingSpace(line) == len(line):
			l.Kind, l.Continued = BlankLine, l.EOL
			l.Text = l.EOL
		default:
			return true
		}
		s.add(*l, index)
	}
	return false
}

// directive reads a parser directive; false when the line is a plain comment,
// after which no further directive can come.
func (s *scanner) directive(l *Line) bool {
	if !s.directives {
		return false
	}
	d := s.d
	at := l.Text + 1
	at += leadingSpace(d.str[at:l.EOL])
	name := at
	for at < l.EOL && isWordByte(d.str[at], at > name) {
		at++
	}
	key := strings.ToLower(d.str[name:at])
	nameSpan := text.Span{Start: name, End: at}
	at = skipDirectiveSpace(d.str, at, l.EOL)
	isKnown := key == "syntax" || key == "escape" || key == "check"
	if !isKnown || at >= l.EOL || d.str[at] != '=' {
		s.directives = false
		return false
	}
	value := skipDirectiveSpace(d.str, at+1, l.EOL)
	end := l.EOL
	for end > value && isDirectiveSpace(d.str[end-1]) {
		end--
	}
	if value == end {
		s.directives = false
		return false
	}
	x := Directive{
		Name: key, Value: d.str[value:end], NameSpan: nameSpan,
		Span: text.Span{Start: l.Text, End: end}, ValueSpan: text.Span{Start: value, End: end},
	}
	switch _, seen := d.Directive(key); {
	case seen:
		x.Problem = "only one " + key + " parser directive can be used"
	case key == "escape" && x.Value != "`" && x.Value != `\`:
		x.Problem = "the escape character must be \\ or `"
	case key == "escape":
		d.Escape = x.Value[0]
	}
	d.Directives = append(d.Directives, x)
	return true
}

func isWordByte(c byte, digits bool) bool {
	return text.IsLetter(c) || (digits && text.IsDigit(c))
}

func isDirectiveSpace(c byte) bool {
	return strings.IndexByte(" \t\f\r\n", c) >= 0
}

func skipDirectiveSpace(s string, at, end int) int {
	for at < end && isDirectiveSpace(s[at]) {
		at++
	}
	return at
}
