package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromAsCasingMismatch reports stages in which `FROM` and `AS` have different cases,
// such as `FROM alpine as build`.
//
// # Why it matters
//
// Docker accepts both, but one case in a line is easier to read.
//
// The rule is off by default, because it is a matter of style.
//
// # How to fix it
//
// Write both in the same case.
//
// # Exceptions
//
// It does not report a `FROM` in mixed case. The rule `inconsistent-instruction-casing`
// does.
var FromAsCasingMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-as-casing-mismatch",
		Title:    "FROM and AS are written in different cases",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("FromAsCasing"),
	},
	Check: checkFromAsCasingMismatch,
}

func checkFromAsCasingMismatch(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if len(s.From.Words) != 3 {
			continue
		}
		from, as := p.Doc.Text(s.From.KeywordSpan), s.From.Words[1]
		want := strings.ToUpper(as.Text)
		if from == strings.ToLower(from) {
			want = strings.ToLower(as.Text)
		}
		if as.Text == want || (from != strings.ToLower(from) && from != strings.ToUpper(from)) {
			continue
		}
		p.Report(lint.Finding{
			Span:    as.Span,
			Message: fmt.Sprintf("%q does not match the case of %q; write %s", as.Text, from, want),
			Fixes: []lint.Fix{{
				Title: "write " + want, Applicability: lint.Safe, MaxEffect: lint.EffectNone,
				Edits: []lint.FileEdit{lint.Replace(as.Span, want)},
			}},
		})
	}
}
