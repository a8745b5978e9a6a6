package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sLivenessProbeMissing reports servers without a liveness probe. There is one finding
// for each workload. A container is a server if it declares a port.
//
// # Why it matters
//
// A program that hangs keeps its process. Without a liveness probe, Kubernetes does not
// notice this and does not restart the container.
//
// The rule is off by default, because the manifest does not show whether a program
// exits when it fails. The preset `cloud-native` turns it on.
//
// # How to fix it
//
// Add a probe that is cheap and needs no other service. A probe that queries the database
// restarts all pods when the database is down:
//
//	livenessProbe:
//	  httpGet:
//	    path: /healthz
//	    port: http
//
// # Exceptions
//
// It does not report:
//
//   - init containers, jobs and single pods
//   - databases
//   - patches
//
// A startup probe does not replace the liveness probe, because it ends with the start.
var K8sLivenessProbeMissing = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-liveness-probe-missing",
		Title:      "Server has no liveness probe",
		Category:   lint.Runtime,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Aliases:    lint.Names("CKV_K8S_8", "kube-linter:no-liveness-probe"),
	},
	Check: checkK8sLivenessProbeMissing,
}

func checkK8sLivenessProbeMissing(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if !isProbed(w) {
			continue
		}
		missing := choose(w, func(c *facts.Container) bool { return serves(c) && c.Get("livenessProbe") == nil })
		if len(missing) == 0 {
			continue
		}
		p.Report(lint.Finding{
			Span:    missing[0].Place(),
			Message: named(missing) + verb(missing, " is not restarted when it hangs", " are not restarted when they hang") + "; add a livenessProbe that does not depend on another service",
			Fixes:   probeFix(p.Doc, missing, "livenessProbe"),
		})
	}
}
