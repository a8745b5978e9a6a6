package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonVersionDiffersBetweenStages reports a `COPY` of a virtual environment or of
// `site-packages` between stages whose official Python images have different minor
// versions.
//
// # Why it matters
//
// The name of the folder contains the version (`lib/python3.13/site-packages`), so
// Python does not find the packages. Compiled packages do not load in another version.
//
// # How to fix it
//
// Use the same version in both stages.
//
// # Fix safety
//
// There is no automatic fix: one of the two base images must change, and only the author knows
// which.
//
// # Exceptions
//
// It does not report:
//
//   - images whose version of Python is not known
var PythonVersionDiffersBetweenStages = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-version-differs-between-stages",
		Title:    "Stages have different versions of Python",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPythonVersionDiffersBetweenStages,
}

func checkPythonVersionDiffersBetweenStages(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			if r.Instruction.Keyword != "copy" || r.Stage == nil {
				continue
			}
			sources, _, ok := copyWords(r.Instruction)
			if !ok || (!strings.Contains(bare(sources[0].Text), "site-packages") && !isVenv(bare(sources[0].Text))) {
				continue
			}
			from, to := pythonVersion(r.Stage), pythonVersion(s)
			if from == "" || to == "" || from == to {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Instruction.Head,
				Message: fmt.Sprintf("packages for Python %s are copied into an image with Python %s, which does not find them; use one version in both stages", from, to),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "the packages come from this stage"}},
			})
		}
	}
}
