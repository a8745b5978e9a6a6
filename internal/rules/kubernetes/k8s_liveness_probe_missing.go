package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sLivenessProbeMissing finds servers without a liveness probe.
//
// A program that hangs keeps its process, and without a probe nobody starts it
// again. Ask for something cheap that needs no other service: a probe that asks
// the database restarts all pods when the database is away. A startup probe does
// not replace it, it ends with the start.
//
// One finding for each workload. A container counts that declares a port. Silent
// for init containers, jobs, single pods, databases, and patches. A program that
// ends when it fails needs no probe, and the manifest does not show which one
// does, so it is a part of the preset cloud-native.
var K8sLivenessProbeMissing = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-liveness-probe-missing",
		Title:      "Nothing notices that a server hangs",
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
			Message: "nothing notices when " + named(missing) + verb(missing, " hangs", " hang") + "; add a livenessProbe that asks the process alone",
			Fixes:   probeFix(p.Doc, missing, "livenessProbe"),
		})
	}
}
