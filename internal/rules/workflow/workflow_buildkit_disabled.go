package workflow

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// WorkflowBuildkitDisabled reports `DOCKER_BUILDKIT` and `COMPOSE_DOCKER_CLI_BUILD` with
// the value 0.
//
// # Why it matters
//
// The value selects Docker's legacy builder, which is deprecated. It does not support
// mounts, here-documents and other newer syntax, so a Dockerfile that uses them fails.
//
// # How to fix it
//
// Remove the variable, so that BuildKit builds the image.
//
// # Exceptions
//
// It does not report:
//
//   - jobs on Windows, where BuildKit cannot build Windows containers
var WorkflowBuildkitDisabled = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-buildkit-disabled",
		Title:    "Workflow turns on the deprecated builder",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkWorkflowBuildkitDisabled,
}

func checkWorkflowBuildkitDisabled(p *facts.Pass[*facts.Workflow]) {
	windows := false
	for _, j := range p.Doc.Jobs() {
		windows = windows || j.Windows()
	}
	p.Doc.Environments(func(pair *yaml.Pair, j *facts.Job) {
		value := pair.Value.Resolve()
		if !choosesBuilder(pair.Key.Value) || value.Kind != yaml.Scalar || (value.Value != "0" && value.Value != "false") {
			return
		}
		if (j == nil && windows) || (j != nil && j.Windows()) {
			return
		}
		edits, ok := p.Doc.Delete(pair)
		if !ok && len(pair.Key.Parent.Pairs) == 1 && pair.Key.Parent.Pair() != nil {
			edits, ok = p.Doc.Delete(pair.Key.Parent.Pair()) // env has nothing else
		}
		p.Report(lint.Finding{Span: pair.Span, Message: builderMessage(pair.Key.Value), Fixes: unsafe("remove "+pair.Key.Value, ok, edits...)})
	})
	for _, s := range p.Doc.Steps() {
		for _, c := range s.Commands() {
			for _, a := range slices.Concat(c.Assigned, c.Wrappers) { // env takes them too
				name, value, _ := strings.Cut(a.Text, "=")
				if choosesBuilder(name) && strings.Trim(value, `"'`) == "0" {
					p.Report(lint.Finding{Span: a.Span, Message: builderMessage(name)})
				}
			}
		}
	}
}

func choosesBuilder(name string) bool {
	return name == "DOCKER_BUILDKIT" || name == "COMPOSE_DOCKER_CLI_BUILD"
}

func builderMessage(name string) string {
	return name + "=0 selects the deprecated builder, which does not support mounts and here-documents; remove it"
}
