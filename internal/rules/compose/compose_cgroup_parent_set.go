package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeCgroupParentSet reports services that set `cgroup_parent`.
//
// # Why it matters
//
// The container is then not in the control group of the engine. Limits that are set
// there for all containers do not apply to it, so it can take memory and CPU time from
// the others.
//
// The rule is off by default, because a file that sets `cgroup_parent` mostly does so
// for a reason.
//
// # How to fix it
//
// Remove `cgroup_parent`, and set limits for the service, such as `mem_limit` and
// `cpus`.
var ComposeCgroupParentSet = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cgroup-parent-set",
		Title:    "cgroup_parent moves the container out of the engine's limits",
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
				Message: fmt.Sprintf("%q takes the container out of the engine's control group and its limits; remove cgroup_parent, and set limits for the service", shortText(v.Raw)),
			})
		}
	}
}
