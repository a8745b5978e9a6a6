package dockerfile

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromStageNumber finds COPY --from and RUN --mount with a stage's number:
// a stage that is added above turns it into another one, and the build may go
// on.
//
// Name the stage with AS.
//
// Off by default: in files of two or three stages a number works for years. The
// preset "cloud-native" has the rule.
var CopyFromStageNumber = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-stage-number",
		Title:    "A stage is named by its number",
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
				Message: fmt.Sprintf("stage %s is another one as soon as a stage is added above it; name the stage with AS, and use the name", r.Text),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "this is the stage now"}},
			}
			if r.Stage.Name != "" {
				f.Fixes = []lint.Fix{{Title: "use the stage's name", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{lint.Replace(r.Span, r.Stage.Name)}}}
			}
			p.Report(f)
		}
	}
}
