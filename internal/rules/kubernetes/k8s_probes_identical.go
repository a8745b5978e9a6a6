package kubernetes

import (
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sProbesIdentical reports liveness probes that send the same HTTP request as the
// readiness probe and allow no more failures.
//
// # Why it matters
//
// A pod that is not ready should only get no requests until it recovers. Here Kubernetes
// also restarts it. Under load, when answers are late, all pods restart one after the
// other.
//
// # How to fix it
//
// Use a path that needs no other service, or let the liveness probe fail more often:
//
//	livenessProbe:
//	  httpGet:
//	    path: /healthz
//	    port: http
//	  failureThreshold: 10
//
// # Fix safety
//
// The fix raises `failureThreshold`, so that a pod gets no requests for a while before it is
// restarted. What else the liveness probe can check is not in the manifest.
//
// # Exceptions
//
// It does not report:
//
//   - probes other than `httpGet`
//   - a liveness probe that allows failures for a longer time than the readiness probe
var K8sProbesIdentical = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-probes-identical",
		Title:    "Liveness probe is the same as the readiness probe",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("kube-linter:probes-equal"),
	},
	Check: checkK8sProbesIdentical,
}

func checkK8sProbesIdentical(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			kind, live := handler(c, "livenessProbe")
			_, ready := handler(c, "readinessProbe")
			if kind != "httpGet" || live == nil || c.Node.Own("livenessProbe") == nil || !sameValue(p.Doc, live, ready, 0) {
				continue
			}
			if patience(c, "livenessProbe") > patience(c, "readinessProbe") {
				continue
			}
			p.Report(lint.Finding{
				Fixes:   waitLonger(p.Doc, c),
				Span:    c.Node.Own("livenessProbe").Key.Span,
				Message: "livenessProbe is the same as readinessProbe, so Kubernetes restarts a pod that is not ready; check less, or raise its failureThreshold",
			})
		}
	}
}

// waitLonger lets the liveness probe fail twice as long as the readiness probe.
func waitLonger(d *facts.Manifest, c *facts.Container) []lint.Fix {
	period := patience(c, "livenessProbe")
	if n, ok := facts.IntOf(c.Get("livenessProbe", "failureThreshold")); ok && n > 0 {
		period /= n
	} else {
		period /= 3
	}
	if period <= 0 || c.Node.Own("livenessProbe") == nil {
		return nil
	}
	failures := strconv.Itoa((2*patience(c, "readinessProbe") + period - 1) / period)
	edits, ok := set(d, c.Node, failures, "livenessProbe", "failureThreshold")
	return fixOf("restart only after "+failures+" failures", ok, edits...)
}

// patience returns for how many seconds a probe may fail before Kubernetes acts.
func patience(c *facts.Container, probe string) int {
	value := func(key string, otherwise int) int {
		if n, ok := facts.IntOf(c.Get(probe, key)); ok {
			return n
		}
		return otherwise
	}
	return value("periodSeconds", 10) * value("failureThreshold", 3)
}
