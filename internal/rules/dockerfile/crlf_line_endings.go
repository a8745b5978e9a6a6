package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// CrlfLineEndings finds here-documents whose lines end in CR LF, as Windows
// writes them: the CR becomes a part of the script. A shell takes it for the
// last letter of the last word, and Linux looks for an interpreter whose name
// ends in it.
//
// Write the file with plain line ends, and say so in .gitattributes.
//
// Silent for continued lines without a here-document, whose CR the builder takes
// away; for here-documents that are neither read by a shell nor begin with "#!";
// and for Windows images.
var CrlfLineEndings = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "crlf-line-endings",
		Title:    "A here-document has the line ends of Windows",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkCrlfLineEndings,
}

func checkCrlfLineEndings(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		s := p.Doc.StageOf(in)
		if in.Err != nil || s == nil || len(in.Heredocs) == 0 || s.Shell(in).Windows {
			continue
		}
		for _, h := range in.Heredocs {
			body := p.Doc.Text(h.Body)
			if !strings.Contains(body, "\r\n") || !strings.HasPrefix(body, "#!") && !isShellScript(in) {
				continue
			}
			line := text.Span{Start: h.Body.Start, End: h.Body.Start + strings.IndexByte(body, '\r')}
			if line.IsEmpty() {
				line.End = h.End.End
			}
			p.Report(lint.Finding{
				Span:    line,
				Message: fmt.Sprintf("the lines of the here-document %s end in CR LF, and the CR becomes a part of the script; write the file with plain line ends", quoteShort(h.Name)),
				Fixes: []lint.Fix{{
					Title: "write plain line ends", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: carriageReturns(p.Doc),
				}},
			})
		}
	}
}

// isShellScript tells whether a shell reads the here-documents of a RUN.
func isShellScript(in *dockerfile.Instruction) bool {
	if in.Inner != nil {
		in = in.Inner
	}
	s := in.Script()
	return in.Keyword == "run" && s != nil && !s.ForeignInterpreter()
}

// carriageReturns deletes those before a line end.
func carriageReturns(d *facts.Dockerfile) (edits []lint.FileEdit) {
	for i, c := range d.Src {
		if c == '\r' && i+1 < len(d.Src) && d.Src[i+1] == '\n' {
			edits = append(edits, lint.Delete(text.Span{Start: i, End: i + 1}))
		}
	}
	return edits
}
