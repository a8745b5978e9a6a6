package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sProbesIdentical finds a liveness probe that asks the same as the readiness
// probe, and gives up as soon.
//
// A pod that is not ready is to be left in peace until it is: here it is
// restarted in that very moment. Under load, when answers are late, all pods go
// down one after the other. Ask for something that needs no other service, or
// let the liveness probe fail more often before it counts.
//
// Silent for probes other than httpGet, and where the liveness probe is the more
// patient one.
//
// There is no fix: the liveness probe has to ask something else, and the file does not say
// what.
var K8sProbesIdentical = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-probes-identical",
		Title:    "A pod that is not ready is restarted",
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
				Span:    c.Node.Own("livenessProbe").Key.Span,
				Message: "livenessProbe asks what readinessProbe asks, so a pod that is not ready is restarted; ask for less, or raise its failureThreshold",
			})
		}
	}
}

// patience is for how many seconds a probe may fail before it counts.
func patience(c *facts.Container, probe string) int {
	value := func(key string, otherwise int) int {
		if n, ok := facts.IntOf(c.Get(probe, key)); ok {
			return n
		}
		return otherwise
	}
	return value("periodSeconds", 10) * value("failureThreshold", 3)
}
