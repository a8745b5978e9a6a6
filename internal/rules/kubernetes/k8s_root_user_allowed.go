package kubernetes

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sRootUserAllowed finds pods that run as root, or that nothing keeps from it.
//
// A break-in as root finds all files of the container writable, and more ways
// out of it. With "runAsNonRoot: true" the kubelet refuses to start an image
// whose user is root; the image needs a USER that is a number, or the pod a
// runAsUser.
//
// A pod that asks for root is a warning. One that says nothing is an info, once
// for the workload: whether its image has a user is not in the file. Silent
// where the container's value or else the pod's covers each container, for
// Windows, for privileged containers and what works on the node, for jobs, for
// init containers, which may have to prepare files as root, for databases whose
// images begin as root and give that up themselves, and for pods with user
// namespaces ("hostUsers: false").
var K8sRootUserAllowed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-root-user-allowed",
		Title:      "Nothing keeps the pod from running as root",
		Category:   lint.Security,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Needs:      lint.NeedsContext,
		Presets:    []string{"cloud-native", "hardening"},
		Variants:   []string{"root", "root-excused", "unset"},
		OptIn:      []string{"root-excused", "unset"},
		Aliases:    lint.Names("CKV_K8S_23", "CKV_K8S_40", "KSV-0012", "kube-linter:run-as-non-root", "semgrep:run-as-non-root"),
	},
	Check: checkK8sRootUserAllowed,
}

func checkK8sRootUserAllowed(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() || w.ServesNode() || w.OwnUsers() {
			continue
		}
		reportRoot(p, w)
		if w.Partial || w.RunsOnce || w.Knative {
			continue
		}
		unset := choose(w, func(c *facts.Container) bool {
			return c.RunsOn() && !isPrivileged(c) && c.Security("runAsNonRoot") == nil && c.Security("runAsUser") == nil && !c.IsStore()
		})
		if len(unset) == 0 {
			continue
		}
		edits, ok := setInPod(p.Doc, w, "true", "securityContext", "runAsNonRoot")
		if slices.ContainsFunc(w.Containers, func(c *facts.Container) bool { return !slices.Contains(unset, c) }) {
			// The pod's value would reach containers that may need root.
			edits, ok = setInEach(p.Doc, unset, "true", "securityContext", "runAsNonRoot")
		}
		p.Report(lint.Finding{
			Span: unset[0].Place(), Variant: "unset", Severity: lint.Info,
			Message: named(unset) + " may run as root: nothing here forbids it; set runAsNonRoot: true",
			Fixes:   fixOf("set runAsNonRoot: true", ok, edits...),
		})
	}
}

// reportRoot reports a pod, or a container, that asks for root by number.
func reportRoot(p *facts.Pass[*facts.Manifest], w *facts.Workload) {
	running := choose(w, func(c *facts.Container) bool { return !c.Init || c.Sidecar })
	pod := w.Get("securityContext", "runAsUser")
	overridden := len(running) > 0 && !slices.ContainsFunc(running, func(c *facts.Container) bool { return c.Get("securityContext", "runAsUser") == nil })
	if id, ok := facts.IntOf(pod); ok && id == 0 && !overridden {
		p.Report(weigh(p, lint.Finding{Span: pod.Span, Variant: "root", Message: "runAsUser 0 is root; take a number above 0, which the files of the image allow"}, facts.ClaimExposure, false))
	}
	for _, c := range running {
		if id, ok := facts.IntOf(c.Get("securityContext", "runAsUser")); ok && id == 0 && !isPrivileged(c) {
			p.Report(weigh(p, lint.Finding{
				Span: c.Get("securityContext", "runAsUser").Span, Variant: "root",
				Message: "container " + quote(c.Name) + " runs as root by runAsUser 0; take a number above 0, which the files of the image allow",
			}, facts.ClaimExposure, false))
		}
	}
}
