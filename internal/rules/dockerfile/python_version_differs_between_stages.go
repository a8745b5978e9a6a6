package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonVersionDiffersBetweenStages finds COPY of an environment or of site-
// packages between stages with different versions of Python: compiled packages
// do not load, and the folder has another name.
//
// Silent where a version is not known.
//
// There is no fix: one of the two base images has to change, and only the author knows
// which.
var PythonVersionDiffersBetweenStages = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-version-differs-between-stages",
		Title:    "The stages have different versions of Python",
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
			if !ok || !strings.Contains(bare(sources[0].Text), "site-packages") && !isVenv(bare(sources[0].Text)) {
				continue
			}
			from, to := pythonVersion(r.Stage), pythonVersion(s)
			if from == "" || to == "" || from == to {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Instruction.Head,
				Message: fmt.Sprintf("packages for Python %s are copied into an image with Python %s, where they do not load; use one version in both stages", from, to),
				Related: []lint.Related{{Span: r.Stage.From.Head, Message: "they are installed here"}},
			})
		}
	}
}

// pythonVersion is the version of an official Python image, as "3.13"; empty
// where it is not known.
func pythonVersion(s *facts.Stage) string {
	i := s.Base()
	if !i.Known || !isPythonImage(s) {
		return ""
	}
	tag := strings.TrimPrefix(i.Tag, "python")
	number, _, _ := strings.Cut(tag, "-")
	parts := strings.Split(number, ".")
	if len(parts) < 2 || parts[0] != "3" || strings.Trim(parts[1], "0123456789") != "" {
		return ""
	}
	return parts[0] + "." + parts[1]
}
