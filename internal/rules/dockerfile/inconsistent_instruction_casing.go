package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InconsistentInstructionCasing finds keywords that are written in another case
// than most of the file's.
//
// Docker takes any case. People look for keywords by their shape, and search
// for them as they are usually written.
//
// Silent for files in which all keywords have the same case, upper or lower.
//
// Off by default: a matter of style.
var InconsistentInstructionCasing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "inconsistent-instruction-casing",
		Title:    "Keywords are written in different cases",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("ConsistentInstructionCasing"),
	},
	Check: checkInconsistentInstructionCasing,
}

func checkInconsistentInstructionCasing(p *facts.Pass[*facts.Dockerfile]) {
	upper, lower := 0, 0
	for _, in := range p.Doc.Instructions {
		switch keyword := p.Doc.Text(in.KeywordSpan); keyword {
		case strings.ToUpper(keyword):
			upper++
		case in.Keyword:
			lower++
		}
	}
	for _, in := range p.Doc.Instructions {
		keyword := p.Doc.Text(in.KeywordSpan)
		want := strings.ToUpper(keyword)
		if lower > upper {
			want = in.Keyword
		}
		if keyword == want || isUnknown(in) {
			continue
		}
		p.Report(lint.Finding{
			Span:    in.KeywordSpan,
			Message: fmt.Sprintf("%q is written otherwise than most keywords of the file; write %s", keyword, want),
			Fixes: []lint.Fix{{
				Title: "write " + want, Applicability: lint.Safe, MaxEffect: lint.EffectNone,
				Edits: []lint.FileEdit{lint.Replace(in.KeywordSpan, want)},
			}},
		})
	}
}
