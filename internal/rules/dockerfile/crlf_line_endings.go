package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// CrlfLineEndings reports here-documents whose lines end with CR LF, where a shell runs
// the text or it begins with `#!`.
//
// # Why it matters
//
// The CR becomes part of the script. The shell reads it as the last letter of each line,
// so commands fail, and Linux looks for an interpreter whose name ends with CR.
//
// # How to fix it
//
// Save the file with LF line endings, and keep them in the repository with
// `.gitattributes`:
//
//	Dockerfile text eol=lf
//
// # Exceptions
//
// It does not report:
//
//   - continued lines without a here-document, because the builder removes their CR
//   - here-documents that a shell does not read and that do not begin with `#!`
//   - Windows images
var CrlfLineEndings = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "crlf-line-endings",
		Title:    "Here-document has Windows line endings",
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
			if !strings.Contains(body, "\r\n") || (!strings.HasPrefix(body, "#!") && !isShellScript(in)) {
				continue
			}
			line := text.Span{Start: h.Body.Start, End: h.Body.Start + strings.IndexByte(body, '\r')}
			if line.IsEmpty() {
				line.End = h.End.End
			}
			p.Report(lint.Finding{
				Span:    line,
				Message: fmt.Sprintf("the lines of here-document %s end with CR LF, so each CR becomes part of the script; save the file with LF line endings", quoteShort(h.Name)),
				Fixes: []lint.Fix{{
					Title: "convert CR LF to LF", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: carriageReturns(p.Doc),
				}},
			})
		}
	}
}

// isShellScript reports whether a shell reads the here-documents of a RUN.
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
