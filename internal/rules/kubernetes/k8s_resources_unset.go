package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sResourcesUnset reports containers without a memory request and limit or without a CPU
// request. There is one finding for each workload.
//
// # Why it matters
//
// The scheduler places pods by their requests. A pod without requests is treated as if
// it needed nothing, so the node can be overcommitted. Without a memory limit, a leak
// uses the memory of other pods, and the kernel kills one of them.
//
// The rule is off by default, because test and example manifests seldom set resources.
// The preset `cloud-native` turns it on.
//
// # How to fix it
//
// Set what the program needs under load, for example as `kubectl top pod` shows it:
//
//	resources:
//	  requests:
//	    cpu: 100m
//	    memory: 128Mi
//	  limits:
//	    memory: 256Mi
//
// # Fix safety
//
// There is no automatic fix: the manifest does not show what the program needs.
//
// # Exceptions
//
// It does not report:
//
//   - a limit without a request, because Kubernetes uses the limit as the request
//   - a missing CPU limit
//   - init containers, jobs, patches and Knative services
//   - manifests with a LimitRange in the same folder, and pods with `resources` for the
//     whole pod
var K8sResourcesUnset = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-resources-unset",
		Title:    "Container lacks a memory limit, memory request or CPU request",
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
			// Those that lack something else are reported after this is fixed.
			return c.RunsOn() && lacks != "" && lacks == missing
		})
		if len(unset) == 0 || p.Project.HasNearby(p.Doc, "LimitRange") {
			continue
		}
		p.Report(lint.Finding{
			Span:    unset[0].Place(),
			Message: named(unset) + verb(unset, " has no ", " have no ") + missing + ", so the scheduler can overload the node; set what the program needs",
		})
	}
}

// lacking lists the resources that a container does not set, as a message names them.
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
	return text.List(missing, "or")
}
