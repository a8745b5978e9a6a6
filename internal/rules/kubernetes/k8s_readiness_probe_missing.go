package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sReadinessProbeMissing reports servers behind a Service that have no readiness
// probe. There is one finding for each workload. A container is a server if it declares
// a port. In the cases below, findings have severity info and the variant `excused`.
//
// # Why it matters
//
// Without a readiness probe, a pod is ready as soon as its process exists. Each rollout
// and each restart sends it requests that it cannot answer yet, and users see errors.
//
// # How to fix it
//
// Add a probe that succeeds when the program can answer:
//
//	readinessProbe:
//	  httpGet:
//	    path: /ready
//	    port: http
//
// # Exceptions
//
// It does not report:
//
//   - init containers, jobs and single pods
//   - databases
//   - patches
//   - servers that no Service in the file or its folder selects; the severity is info
//     if such a container has a liveness probe
//
// These have severity info and the variant `excused`:
//
//   - a single replica, for which clients wait anyway
//   - demo and test files, and placeholders
var K8sReadinessProbeMissing = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-readiness-probe-missing",
		Title:    "Pod receives requests before it can answer",
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
		f.Message = named(missing) + verb(missing, " may receive requests before it", " may receive requests before they") + " can answer them; add a readinessProbe"
		f.Fixes = probeFix(p.Doc, missing, "readinessProbe")
		p.Report(weigh(p, f, facts.ClaimUpkeep, hasOneReplica(p.Doc, w)))
	}
}
