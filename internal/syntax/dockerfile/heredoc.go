package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/text"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// heredocs reads the here-documents that the instruction's line announces. One
// that is never closed takes the rest of the file.
func (s *scanner) heredocs(in *Instruction) {
	target := in
	if in.Keyword == "onbuild" && in.Inner != nil {
		target = in.Inner
	}
	switch target.Keyword {
	case "run", "copy", "add":
	default:
		return
	}
	if target.JSON || !strings.Contains(in.logical.text, "<<") {
		return
	}
	for _, h := range announced(in.logical.text) {
		doc := Heredoc{Name: h.Name, Expand: h.Expand, Chomp: h.Chomp, FD: h.FileDescriptor}
		doc.Body = text.Span{Start: s.pos, End: s.pos}
		for s.pos < len(s.d.str) && !doc.Closed {
			l := s.nextLine(false)
			l.Continued, l.Kind = l.EOL, HeredocLine
			terminator := s.d.str[l.Start:l.EOL]
			if h.Chomp {
				terminator = strings.TrimLeft(terminator, "\t")
			}
			if terminator == h.Name {
				doc.Closed, l.Kind = true, HeredocEndLine
				doc.End = text.Span{Start: l.Start, End: l.EOL}
			} else {
				doc.Body.End = l.End
			}
			s.add(l, in.index)
		}
		if !doc.Closed {
			doc.End = text.Span{Start: s.pos, End: s.pos}
		}
		target.Heredocs = append(target.Heredocs, doc)
		if target != in {
			in.Heredocs = target.Heredocs
		}
	}
}

// announced lists a line's here-documents as BuildKit finds them, with its own
// word lexer, so that both always agree on where one begins.
func announced(line string) []parser.Heredoc {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, _ := lex.ProcessWords(line, noVariables{})
	var docs []parser.Heredoc
	for _, w := range words {
		if !strings.Contains(w, "<<") {
			continue
		}
		if h, err := parser.ParseHeredoc(w); err == nil && h != nil {
			docs = append(docs, *h)
		}
	}
	return docs
}

type noVariables struct{}

func (noVariables) Get(string) (string, bool) { return "", false }
func (noVariables) Keys() []string            { return nil }
