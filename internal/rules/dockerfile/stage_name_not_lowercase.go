package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StageNameNotLowercase reports names of stages with uppercase letters.
//
// # Why it matters
//
// Docker compares stage names in lower case, so `Build` and `build` are the same stage. A
// reader may take them for two.
//
// The rule is off by default, because Docker accepts both spellings.
//
// # How to fix it
//
// Write the name in lower case:
//
//	FROM golang:1.25 AS build
//
// # Exceptions
//
// It does not report:
//
//   - names with variables
var StageNameNotLowercase = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stage-name-not-lowercase",
		Title:    "Stage name has uppercase letters",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("StageNameCasing"),
	},
	Check: checkStageNameNotLowercase,
}

func checkStageNameNotLowercase(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		name := p.Doc.Text(s.NameSpan)
		lower := strings.ToLower(name)
		if s.NameSpan.IsEmpty() || name == lower || strings.Contains(name, "$") {
			continue
		}
		fix := lint.Fix{
			Title: "write " + lower + " here and where it is used", Applicability: lint.Safe, MaxEffect: lint.EffectNone,
			Edits: []lint.FileEdit{lint.Replace(s.NameSpan, lower)},
		}
		for _, other := range p.Doc.Stages() {
			if other.Parent == s && p.Doc.Text(other.Image.Span) != lower {
				fix.Edits = append(fix.Edits, lint.Replace(other.Image.Span, lower))
			}
			for _, r := range other.References() {
				if r.Stage == s && strings.EqualFold(r.Text, name) && p.Doc.Text(r.Span) == r.Text && r.Text != lower {
					fix.Edits = append(fix.Edits, lint.Replace(r.Span, lower))
				}
			}
		}
		p.Report(lint.Finding{
			Span:    s.NameSpan,
			Message: fmt.Sprintf("stage %q has uppercase letters, but Docker compares stage names in lower case; write %s", short(name), short(lower)),
			Fixes:   []lint.Fix{fix},
		})
	}
}
