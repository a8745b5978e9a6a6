package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeBuildTargetUnknown reports values of `build.target` that are not a stage of
// the Dockerfile.
//
// # Why it matters
//
// The build fails, because the builder cannot find the stage.
//
// # How to fix it
//
// Write the name that the Dockerfile gives the stage with `AS`, or remove `target` to
// build the last stage.
//
// # Exceptions
//
// It does not report:
//
//   - the number of a stage
//   - Dockerfiles in which the name of a stage contains a variable
//
// It skips targets that contain a variable, and Dockerfiles that cannot be read.
var ComposeBuildTargetUnknown = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-target-unknown",
		Title:    "Build target is not a stage of the Dockerfile",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeBuildTargetUnknown,
}

func checkComposeBuildTargetUnknown(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, err := p.Project.Build(s)
		section, ok := s.Build()
		if !ok || !section.Target.Exists() {
			continue
		}
		if err == nil && (b.File == nil || b.Stage != nil) {
			continue
		}
		if err != nil {
			p.Skip(fmt.Sprintf("cannot tell what %q builds: %v", shortText(s.Name), err))
			continue
		}
		stages := b.File.Stages()
		names, known := stageNames(stages)
		if len(stages) == 0 || !known {
			continue
		}
		target := section.Target
		f := lint.Finding{
			Span:    target.Span,
			Related: []lint.Related{inDockerfile(b, stages[len(stages)-1].From.Head, "the last stage of the Dockerfile")},
		}
		switch near, found := nearest.Name(target.Text, names); {
		case len(names) == 0:
			f.Message = fmt.Sprintf("%q is not a stage of %q, which has no named stages, so the build fails; remove the target, or name the stage with AS", shortText(target.Text), b.File.Source.Path)
		case found:
			f.Message = fmt.Sprintf("%q is not a stage of %q, so the build fails; write %q", shortText(target.Text), b.File.Source.Path, shortText(near))
			edits, ok := p.Doc.File.Replace(target.Node, near)
			f.Fixes = yamlFix(fmt.Sprintf("replace it with %q", shortText(near)), lint.Unsafe, edits, ok, "services.*.build.target")
		default:
			f.Message = fmt.Sprintf("%q is not a stage of %q, so the build fails; choose from %s", shortText(target.Text), b.File.Source.Path, listed(names))
		}
		p.Report(f)
	}
}

// stageNames are the names of stages; known is false where one has a variable.
func stageNames(stages []*facts.Stage) (names []string, known bool) {
	for _, stage := range stages {
		if strings.Contains(stage.Name, "$") {
			return nil, false
		}
		if stage.Name != "" {
			names = append(names, stage.Name)
		}
	}
	return names, true
}
