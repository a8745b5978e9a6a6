package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VenvRelocated finds COPY of a virtual environment between stages to another
// path than it was made at: the first lines of its programs name the old path,
// and they do not start.
//
// Silent for environments that are made relocatable.
//
// There is no fix: the environment has to be made anew where it is used, and what was
// installed into it is not all in the file.
var VenvRelocated = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "venv-relocated",
		Title:    "The environment is copied to another path",
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
				continue // whether it is copied into this folder or as it depends on what is there
			}
			target = strings.TrimRight(target, "/")
			if !isAbsoluteDestination(from) || !isAbsoluteDestination(target) || from == target || strings.Contains(from+target, "$") || isRelocatable(r.Stage) {
				continue
			}
			p.Report(lint.Finding{
				Span:    r.Instruction.Head,
				Message: fmt.Sprintf("the environment was made at %s and is copied to %s, and its programs name the old path; use one path in both stages", quoteShort(from), quoteShort(target)),
			})
		}
	}
}

func isRelocatable(s *facts.Stage) bool {
	return s.First("makes a relocatable environment", func(in *dockerfile.Instruction) bool {
		return strings.Contains(in.Args, "relocatable") || strings.Contains(in.Args, "RELOCATABLE") || strings.Contains(in.Args, "venv-pack")
	}) != nil
}
