package bake

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/text"
)

// BakeStageUnknown reports targets that build a stage (`target`) which their Dockerfile
// does not have.
//
// # Why it matters
//
// The build of the target fails.
//
// # How to fix it
//
// Name a stage of the Dockerfile, or add the stage.
//
// # Fix safety
//
// There is no automatic fix: another stage makes another image.
//
// # Exceptions
//
// It does not report:
//
//   - a stage by its number
//   - values from variables
//   - Dockerfiles that cannot be read
var BakeStageUnknown = facts.Rule[*facts.Bake]{
	Meta: lint.Meta{
		ID:       "bake-stage-unknown",
		Title:    "A target builds a stage that is not there",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkBakeStageUnknown,
}

func checkBakeStageUnknown(p *facts.Pass[*facts.Bake]) {
	for _, t := range p.Doc.Targets() {
		stage := t.Get("target")
		if stage == nil || !stage.Value.Fixed {
			continue
		}
		context, err := p.Project.BakeBuild(p.Doc, t)
		if err != nil || context.Dockerfile() == nil || context.Dockerfile().Target(stage.Value.Text) != nil {
			continue
		}
		file := context.Dockerfile()
		var names []string
		for _, s := range file.Stages() {
			if strings.Contains(s.Name, "$") {
				names = nil
				break
			}
			names = append(names, s.Name)
		}
		if len(names) == 0 {
			continue
		}
		message := fmt.Sprintf("%q is not a stage of %q, so %q cannot be built", text.Short(stage.Value.Text), file.Source.Path, text.Short(t.Name))
		if near, ok := nearest.Name(stage.Value.Text, names[:min(len(names), nearest.Most)]); ok {
			message += fmt.Sprintf("; %q is meant", text.Short(near))
		}
		p.Report(lint.Finding{
			Span: stage.Value.Span, Message: message,
			Related: []lint.Related{{Source: file.Source, Span: file.Final().From.Head, Message: "its last stage"}},
		})
	}
}
