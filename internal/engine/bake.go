package engine

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/suppress"
	"github.com/dockmend/dockmend/internal/syntax/bake"
)

// bakeDocument is a bake file with the Dockerfiles that stand in it.
type bakeDocument struct {
	typed[*facts.Bake]
	dockerfiles []facts.Rule[*facts.Dockerfile]
}

func (d bakeDocument) check(c *Checker, l *loaded, ran map[string]bool) {
	d.typed.check(c, l, ran)
	for _, t := range d.doc.Targets() {
		a := t.Get("dockerfile-inline")
		if a == nil {
			continue
		}
		folder := ""
		if context, known := d.doc.Attribute(t, "context"); context != nil && known && context.Value.Fixed {
			folder = context.Value.Text
		}
		l.frame.attempt(StepInline, func() {
			if in, ok := readHeredoc(d.doc.Src, a.Value); ok {
				in.check(c, l, d.dockerfiles, folder)
			}
		})
	}
}

// readHeredoc reads the text of a here-document of HCL as the build gets it. ok is false
// for other strings, and for what the file's variables change.
func readHeredoc(src []byte, v bake.Value) (in inline, ok bool) {
	written := string(v.Span.Of(src))
	header, body, found := strings.Cut(written, "\n")
	if !v.Fixed || !found || !strings.HasPrefix(header, "<<") {
		return in, false
	}
	indent := 0
	if strings.HasPrefix(header, "<<-") {
		indent = commonIndent(v.Text, body)
	}
	at := v.Span.Start + len(header) + len("\n")
	for line := range strings.Lines(v.Text) {
		content := strings.TrimRight(line, "\r\n")
		raw, rest, _ := strings.Cut(body, "\n")
		skip := min(indent, len(raw))
		if strings.TrimRight(raw[skip:], "\r") != content {
			return in, false // "$${" and the like
		}
		for i := range len(content) {
			in.text, in.at = append(in.text, content[i]), append(in.at, at+skip+i)
		}
		in.text, in.at = append(in.text, '\n'), append(in.at, at+skip+len(content))
		at, body = at+len(raw)+len("\n"), rest
	}
	in.at = append(in.at, min(at, v.Span.End))
	return in, len(in.text) > 0
}

// commonIndent is by how much the first line of a text stands further right where it is
// written.
func commonIndent(text, written string) int {
	first, _, _ := strings.Cut(text, "\n")
	raw, _, _ := strings.Cut(written, "\n")
	return max(len(strings.TrimRight(raw, "\r"))-len(first), 0)
}

func (d bakeDocument) directives(opts suppress.Options) *suppress.Directives {
	return suppress.ParseBake(d.doc.File, opts)
}

func (d bakeDocument) limit() string { return d.doc.Limit }

func (d bakeDocument) faults() []fault {
	if d.doc.Err == nil {
		return nil
	}
	return []fault{{rule: syntaxError, finding: lint.Finding{Span: d.doc.Err.Span, Message: "buildx refuses the file: " + d.doc.Err.Message}}}
}
