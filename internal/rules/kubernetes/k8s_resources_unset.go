package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sResourcesUnset finds containers that do not say how much memory and CPU
// they need.
//
// The scheduler counts a pod without requests as nothing and fills the node, and
// a leak without a memory limit takes the memory of others: the kernel then
// kills what it likes. Set a memory request and limit and a CPU request.
//
// One finding for each workload. A limit stands for the request, as Kubernetes
// takes it, and a CPU limit is never asked for. Silent for init containers and
// jobs, where a LimitRange in the same folder gives defaults, and for limits of
// the whole pod. Hardly any manifest of a test or an example sets them, so it is
// a part of the preset cloud-native.
var K8sResourcesUnset = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-resources-unset",
		Title:    "A container does not say what it needs",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13", "KSV-0011", "kube-linter:unset-cpu-requirements", "kube-linter:unset-memory-requirements"),
	},
	Check: checkK8sResourcesUnset,
}

func checkK8sResourcesUnset(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Partial || w.RunsOnce || w.Knative || w.Get("resources") != nil {
			continue
		}
		missing := ""
		unset := choose(w, func(c *facts.Container) bool {
			lacks := lacking(c)
			if c.RunsOn() && lacks != "" && missing == "" {
				missing = lacks
			}
			// Those that lack something else are named once this is mended.
			return c.RunsOn() && lacks != "" && lacks == missing
		})
		if len(unset) == 0 || p.Project.HasNearby(p.Doc, "LimitRange") {
			continue
		}
		p.Report(lint.Finding{
			Span:    unset[0].Place(),
			Message: named(unset) + verb(unset, " has no ", " have no ") + missing + "; set what it needs under load",
		})
	}
}

// lacking lists what a container does not say, as a message names it.
func lacking(c *facts.Container) string {
	has := func(kind, what string) bool { return c.Get("resources", kind, what) != nil }
	var missing []string
	if !has("limits", "memory") {
		if !has("requests", "memory") {
			missing = append(missing, "memory request")
		}
		missing = append(missing, "memory limit")
	}
	if !has("requests", "cpu") && !has("limits", "cpu") {
		missing = append(missing, "CPU request")
	}
	if n := len(missing); n > 1 {
		return strings.Join(missing[:n-1], ", ") + " or " + missing[n-1]
	}
	return strings.Join(missing, "")
}
