package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// EmptyContinuationLine finds blank lines between the continued lines of an
// instruction.
//
// Docker skips them with a warning and means to refuse them some day: a blank
// line ends a command everywhere else.
//
// Silent for comment lines, and for blank lines in here-documents.
var EmptyContinuationLine = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "empty-continuation-line",
		Title:    "A blank line stands between continued lines",
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
			Message: fmt.Sprintf("a blank line stands inside of %s, which Docker is about to refuse; remove it, or end the instruction before it", strings.ToUpper(in.Keyword)),
		}
		fix := lint.Fix{Title: "remove the blank lines", Applicability: lint.Safe, MaxEffect: lint.EffectNone}
		for i, span := range blank {
			if i == 0 {
				f.Span = span
			}
			fix.Edits = append(fix.Edits, lint.Delete(span))
		}
		f.Fixes = []lint.Fix{fix}
		p.Report(f)
	}
}
