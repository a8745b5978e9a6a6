package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// EmptyContinuationLine reports blank lines between the continued lines of an
// instruction.
//
// # Why it matters
//
// Docker skips these lines and warns that they will become errors in a later version.
// In a shell script, a blank line after a backslash ends the command, so the text is
// also misleading.
//
// # How to fix it
//
// Remove the blank line, or put `#` on it. If the instruction should end there, remove
// the backslash above it.
//
// # Exceptions
//
// It does not report:
//
//   - comment lines between continued lines
//   - blank lines in here-documents
var EmptyContinuationLine = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "empty-continuation-line",
		Title:    "Blank line inside a continued instruction",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("NoEmptyContinuation"),
	},
	Check: checkEmptyContinuationLine,
}

func checkEmptyContinuationLine(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		var blank []text.Span
		for _, l := range in.PhysicalLines() {
			if l.Kind == dockerfile.BlankLine {
				blank = append(blank, text.Span{Start: l.Start, End: l.End})
			}
		}
		if len(blank) == 0 {
			continue
		}
		f := lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("this blank line is inside %s, and Docker warns that this will become an error; remove the blank lines, or end the instruction above them", strings.ToUpper(in.Keyword)),
		}
		fix := lint.Fix{Title: "remove the blank lines", Applicability: lint.Safe, MaxEffect: lint.EffectNone}
		for i, span := range blank {
			if i == 0 {
				f.Span = span
			}
			fix.Edits = append(fix.Edits, lint.Delete(span))
		}
		if !p.Doc.Swallows(in) {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}
}
