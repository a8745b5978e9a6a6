package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeBuildTargetUnset reports services without `build.target` whose Dockerfile has
// two or more stages to run, by their names: `dev`, `test`, `staging`, `prod`,
// `runtime` and similar words.
//
// # Why it matters
//
// The build uses the last stage of the Dockerfile. When someone adds a stage at the
// end, such as one for tests, the service runs that stage without a warning.
//
// # How to fix it
//
// Name the stage:
//
//	build:
//	  context: .
//	  target: prod
//
// # Exceptions
//
// It does not report:
//
//   - Dockerfiles with one stage to run and builder stages, such as `builder`, `deps`
//     or `base`
//   - services for which another Compose file of the folder sets `build`
//   - Dockerfiles whose last stage has no name
var ComposeBuildTargetUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-target-unset",
		Title:    "Dockerfile has several stages to run, and no target is set",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeBuildTargetUnset,
}

func checkComposeBuildTargetUnset(p *facts.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		section, _ := s.Build()
		if section.Target.Exists() {
			return
		}
		runs := runStages(b.File.Dockerfile)
		last := b.File.Final()
		if len(runs) < 2 || last.Name == "" || siblingSets(p, s.Name, "build") {
			return
		}
		f := lint.Finding{
			Span:    section.Pair.Key.Span,
			Message: fmt.Sprintf("%q runs %q only because it is the last stage, so a stage added after it would run instead; write \"target: %s\"", shortText(s.Name), shortText(last.Name), shortText(last.Name)),
		}
		for _, stage := range runs[:2] {
			f.Related = append(f.Related, inDockerfile(b, stage.From.Head, "one of the stages to run"))
		}
		if section.Node.Kind == yaml.Mapping && section.Pair.Value == section.Node && s.Owns(section.Pair) && yaml.PlainString(last.Name, false) {
			edits, ok := p.Doc.File.Add(section.Node, "target: "+last.Name)
			f.Fixes = yamlFix("set the target to the last stage", lint.Unsafe, edits, ok, "services.*.build.target")
		}
		p.Report(f)
	})
}

// runStages are the stages whose name says for whom they run: for people at work
// on the program, for tests, or for users.
func runStages(d *facts.Dockerfile) []*facts.Stage {
	var found []*facts.Stage
	for _, stage := range d.Stages() {
		words := strings.FieldsFunc(stage.Name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
		if slices.ContainsFunc(words, func(w string) bool {
			switch w {
			case "build", "builder", "deps", "dependencies", "base":
				return true
			}
			return false
		}) {
			continue
		}
		if slices.ContainsFunc(words, isRunName) {
			found = append(found, stage)
		}
	}
	return found
}

func isRunName(word string) bool {
	switch word {
	case "dev", "develop", "development", "debug", "test", "tests", "testing", "staging", "prod", "production", "runtime", "release", "ci", "local", "devcontainer":
		return true
	}
	return false
}
