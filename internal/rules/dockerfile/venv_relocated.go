package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VenvRelocated reports `COPY` of a virtual environment from another stage to a path that
// differs from the one where it was created.
//
// # Why it matters
//
// The scripts of an environment, such as `uvicorn`, contain its absolute path in their
// first line. At another path they do not start: "no such file or directory".
//
// # How to fix it
//
// Use the same path in both stages:
//
//	COPY --from=build /app/.venv /app/.venv
//
// # Fix safety
//
// There is no automatic fix: the environment must be created again at the new path, and the file
// does not show everything that was installed into it.
//
// # Exceptions
//
// It does not report:
//
//   - environments that are created as relocatable, or packed with venv-pack
//   - relative paths, and paths with variables
var VenvRelocated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "venv-relocated",
		Title:    "Virtual environment is copied to another path",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkVenvRelocated,
}

func checkVenvRelocated(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			if r.Instruction.Keyword != "copy" || r.Stage == nil {
				continue
			}
			sources, to, ok := copyWords(r.Instruction)
			if !ok || len(sources) != 1 || !isVenv(bare(sources[0].Text)) {
				continue
			}
			from, target := strings.TrimRight(bare(sources[0].Text), "/"), bare(to.Text)
			if strings.HasSuffix(target, "/") && !isVenv(target) {
				continue // the name of the copy depends on whether the folder exists
			}
			target = strings.TrimRight(target, "/")
			if !isAbsoluteDestination(from) || !isAbsoluteDestination(target) || from == target || strings.Contains(from+target, "$") {
				continue
			}
			if isRelocatable(r.Stage) {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Instruction.Head,
				Message: fmt.Sprintf("the environment was created at %s and is copied to %s, so its scripts do not start; use the same path in both stages", quoteShort(from), quoteShort(target)),
			})
		}
	}
}

func isRelocatable(s *facts.Stage) bool {
	return s.First("makes a relocatable environment", func(in *dockerfile.Instruction) bool {
		return strings.Contains(in.Args, "relocatable") || strings.Contains(in.Args, "RELOCATABLE") || strings.Contains(in.Args, "venv-pack")
	}) != nil
}
