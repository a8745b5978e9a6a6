package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sReadinessProbeMissing finds servers behind a Service without a readiness
// probe.
//
// Without one a pod counts as ready as soon as its process is there: every
// rollout and restart sends it requests that it cannot answer yet.
//
// A warning where a Service in the file or its folder selects the pod. Where none
// does it is an info, and only for a container with a liveness probe, whose author
// thought of probes. One finding for each workload; a container counts that
// declares a port. It is info, and excused, for a single replica, whose clients wait for it
// anyway, and in files of demonstrations, tests and placeholders. Silent for init containers, jobs, single pods, databases, and
// patches.
var K8sReadinessProbeMissing = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-readiness-probe-missing",
		Title:    "Requests reach a pod before it can answer",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CKV_K8S_9", "kube-linter:no-readiness-probe"),
	},
	Check: checkK8sReadinessProbeMissing,
}

func checkK8sReadinessProbeMissing(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if !isProbed(w) {
			continue
		}
		missing := choose(w, func(c *facts.Container) bool { return serves(c) && c.Get("readinessProbe") == nil })
		if len(missing) == 0 {
			continue
		}
		service, selected := p.Project.ServiceOf(p.Doc, w)
		f := lint.Finding{Related: []lint.Related{service}}
		if !selected {
			f.Severity, f.Related = lint.Info, nil
			missing = choose(w, func(c *facts.Container) bool {
				return serves(c) && c.Get("readinessProbe") == nil && c.Get("livenessProbe") != nil
			})
			if len(missing) == 0 {
				continue
			}
		}
		f.Span = missing[0].Place()
		f.Message = named(missing) + verb(missing, " gets", " get") + " requests before it can answer them; add a readinessProbe"
		f.Fixes = probeFix(p.Doc, missing, "readinessProbe")
		p.Report(weigh(p, f, facts.ClaimUpkeep, hasOneReplica(p.Doc, w)))
	}
}
