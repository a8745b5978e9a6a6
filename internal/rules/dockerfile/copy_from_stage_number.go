package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromStageNumber reports `COPY --from` and `RUN --mount` that refer to a stage by
// its number.
//
// # Why it matters
//
// Numbers count the stages from the top. If a stage is added or moved, the number refers
// to another stage, and the build copies the wrong files or fails.
//
// The rule is off by default, because a number works as long as the stages do not
// change. The preset `cloud-native` has the rule.
//
// # How to fix it
//
// Name the stage with `AS`, and use the name:
//
//	FROM golang:1.26 AS build
//	...
//	COPY --from=build /server /server
var CopyFromStageNumber = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-stage-number",
		Title:    "Stage is referenced by its number",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("kics:using_unnamed_build_stages"),
	},
	Check: checkCopyFromStageNumber,
}

func checkCopyFromStageNumber(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			number, err := strconv.Atoi(r.Text)
			if err != nil || r.Stage == nil || number < 0 {
				continue
			}
			f := lint.Finding{
				Span:    r.Span,
				Message: fmt.Sprintf("stage %s becomes another stage when one is added above it; name the stage with AS, and use the name", r.Text),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "the number refers to this stage"}},
			}
			if r.Stage.Name != "" {
				f.Fixes = []lint.Fix{
					{
						Title:         "use the stage's name",
						Applicability: lint.Safe,
						MaxEffect:     lint.EffectNone,
						Edits:         []lint.FileEdit{lint.Replace(r.Span, r.Stage.Name)},
					},
				}
			}
			p.Report(f)
		}
	}
}
