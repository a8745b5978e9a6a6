package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeBuildTargetUnset finds services that are built from a Dockerfile with
// several stages to run, as "dev" and "prod", and do not say which: it is the
// last one, until somebody adds another.
//
// Silent for a builder and the stage that it builds for, and where another
// Compose file of the folder names a target.
var ComposeBuildTargetUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-target-unset",
		Title:    "A build does not say which stage it is for",
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
			Message: fmt.Sprintf("%q gets the last stage, %q, of several that can be run; say \"target: %s\", so that another stage below it changes nothing", shortText(s.Name), shortText(last.Name), shortText(last.Name)),
		}
		for _, stage := range runs[:2] {
			f.Related = append(f.Related, inDockerfile(b, stage.From.Head, "a stage that can be run"))
		}
		if section.Node.Kind == yaml.Mapping && section.Pair.Value == section.Node && s.Owns(section.Pair) && yaml.PlainString(last.Name, false) {
			edits, ok := p.Doc.File.Add(section.Node, "target: "+last.Name)
			f.Fixes = yamlFix("name the last stage", lint.Unsafe, edits, ok, "services.*.build.target")
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
