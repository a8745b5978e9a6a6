package kubernetes

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sRootUserAllowed reports pods that run as root, and pods that nothing prevents from
// it. In demo and test files, `runAsUser: 0` has severity info and the variant
// `root-excused`.
//
// # Why it matters
//
// An attacker who takes over a program that runs as root can change all files of the
// container and has more ways out of it. With `runAsNonRoot: true`, Kubernetes does not
// start an image whose user is root.
//
// # How to fix it
//
// Forbid root, and give the image a `USER` with a number:
//
//	securityContext:
//	  runAsNonRoot: true
//	  runAsUser: 10001
//
// # Exceptions
//
// It does not report:
//
//   - pods that set no user, by default, because the image may have one; the variant
//     `unset` reports them as info, once for each workload
//   - containers for which the container or the pod sets `runAsNonRoot`, or a
//     `runAsUser` other than 0
//   - init containers, which may prepare files as root, and jobs
//   - databases, whose images start as root and drop the rights themselves
//   - privileged containers and workloads that work on the node
//   - pods with user namespaces (`hostUsers: false`), and Windows pods
var K8sRootUserAllowed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-root-user-allowed",
		Title:      "Pod can run as root",
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
			Message: named(unset) + " can run as root, because nothing forbids it; set runAsNonRoot: true",
			Fixes:   fixOf("set runAsNonRoot: true", ok, edits...),
		})
	}
}

// reportRoot reports a pod, or a container, that asks for root by number.
func reportRoot(p *facts.Pass[*facts.Manifest], w *facts.Workload) {
	running := choose(w, func(c *facts.Container) bool { return !c.Init || c.Sidecar })
	pod := w.Get("securityContext", "runAsUser")
	overridden := len(running) > 0 &&
		!slices.ContainsFunc(running, func(c *facts.Container) bool { return c.Get("securityContext", "runAsUser") == nil })
	if id, ok := facts.IntOf(pod); ok && id == 0 && !overridden {
		p.Report(weigh(p, lint.Finding{Span: pod.Span, Variant: "root", Message: "runAsUser 0 runs the pod as root; use a number above 0 that can read the files of the image"}, facts.ClaimExposure, false))
	}
	for _, c := range running {
		if id, ok := facts.IntOf(c.Get("securityContext", "runAsUser")); ok && id == 0 && !isPrivileged(c) {
			p.Report(weigh(p, lint.Finding{
				Span: c.Get("securityContext", "runAsUser").Span, Variant: "root",
				Message: "container " + quote(c.Name) + " runs as root because of runAsUser 0; use a number above 0 that can read the files of the image",
			}, facts.ClaimExposure, false))
		}
	}
}
