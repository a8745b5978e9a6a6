package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InconsistentInstructionCasing reports instructions that do not match the case of most
// instructions in the file, such as `run` in a file with `FROM` and `COPY`.
//
// # Why it matters
//
// Docker accepts any case, but readers find instructions by their shape, and a search
// for `RUN` does not find `run`. The rule is off by default, because it is a matter of
// style.
//
// # How to fix it
//
// Use one case in the whole file. Upper case is usual.
//
// # Exceptions
//
// It does not report:
//
//   - files whose instructions all have the same case, upper or lower
var InconsistentInstructionCasing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "inconsistent-instruction-casing",
		Title:    "Instructions are written in different cases",
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
			Message: fmt.Sprintf("%q does not match the case of most instructions in the file; write %s", keyword, want),
			Fixes: []lint.Fix{{
				Title: "write " + want, Applicability: lint.Safe, MaxEffect: lint.EffectNone,
				Edits: []lint.FileEdit{lint.Replace(in.KeywordSpan, want)},
			}},
		})
	}
}
