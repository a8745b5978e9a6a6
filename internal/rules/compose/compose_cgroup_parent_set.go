package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeCgroupParentSet finds cgroup_parent: the container counts in another
// control group than those of the engine, and escapes the limits that are set
// there.
//
// Delete it, and set limits for the service.
//
// Off by default: who sets it mostly knows why.
var ComposeCgroupParentSet = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cgroup-parent-set",
		Title:    "A service has a control group of its own choice",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.25", "kics:cgroup_not_default"),
	},
	Check: checkComposeCgroupParentSet,
}

func checkComposeCgroupParentSet(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		if v := s.Value("cgroup_parent"); v.Exists() {
			p.Report(lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q takes the container out of the engine's control group, and of the limits that are set there; delete it, and set limits for the service", shortText(v.Raw)),
			})
		}
	}
}
