package dockerfile

import (
	"bytes"
	"fmt"
	"index/suffixarray"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnnamedStage reports stages before the last one that have no name.
//
// # Why it matters
//
// Other instructions can refer to such a stage only by its number, which changes when a
// stage is added above it.
//
// The rule is off by default, because `copy-from-stage-number` reports where a missing name
// does harm.
//
// # How to fix it
//
// Name the stage after what it builds:
//
//	FROM golang:1.26 AS build
//
// # Exceptions
//
// It does not report:
//
//   - the last stage, which no other stage can use
var UnnamedStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unnamed-stage",
		Title:    "Stage has no name",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF023", "kics:using_unnamed_build_stages"),
	},
	Check: checkUnnamedStage,
}

func checkUnnamedStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.IsFinal() && s.Name == "" {
			p.Report(
				lint.Finding{
					Fixes: nameStage(p.Doc, s),
					Span:  s.From.Head,
					Message: fmt.Sprintf(
						"%s starts an unnamed stage, so other stages must refer to it by number; add \"AS <name>\"",
						quoteShort(firstLine(p.Doc.Text(s.From.Head))),
					),
				},
			)
		}
	}
}

// nameStage names the stage after its number, and writes the name where the number was
// used.
func nameStage(d *facts.Dockerfile, s *facts.Stage) []lint.Fix {
	name := "stage-" + strconv.Itoa(s.Index)
	lower := facts.Once(d, "index of the text in lower case", nil, func() *suffixarray.Index { return suffixarray.New(bytes.ToLower(d.Src)) })
	if len(lower.Lookup([]byte(name), 1)) > 0 || len(s.From.Words) != 1 {
		return nil
	}
	edits := []lint.FileEdit{lint.Insert(s.From.Words[0].Span.End, sameCase(" AS ", d.Text(s.From.KeywordSpan))+name)}
	for _, r := range d.ReferencesTo(s) {
		if d.Text(r.Span) != strconv.Itoa(s.Index) || r.Trigger {
			return nil
		}
		edits = append(edits, lint.Replace(r.Span, name))
	}
	return unsafeFix("add AS "+name, lint.EffectNone, edits...)
}
