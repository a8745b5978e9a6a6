package kubernetes

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// K8sSeccompProfileUnset reports pods without a seccomp profile, and pods that turn it off
// with `Unconfined`.
//
// # Why it matters
//
// Without a profile, a process can use every system call of the node's kernel,
// including those with which attackers leave a container. `RuntimeDefault` forbids the
// calls that containers do not need.
//
// The rule is off by default, because many clusters set a default that the manifest
// does not show. The preset `hardening` turns it on.
//
// # How to fix it
//
// Set the profile of the container runtime:
//
//	securityContext:
//	  seccompProfile:
//	    type: RuntimeDefault
//
// # Exceptions
//
// It does not report:
//
//   - privileged containers, which have no profile
//   - manifests with a Namespace in the same folder that enforces the level `restricted`
//   - pods with a seccomp annotation, and Windows pods
//   - jobs, patches and Knative services without a profile
//
// `Unconfined` has severity warning. A missing profile is reported once for each
// workload, with severity info.
var K8sSeccompProfileUnset = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-seccomp-profile-unset",
		Title:    "Pod has no seccomp profile",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"hardening"},
		Variants: []string{"unset", "unconfined"},
		Aliases: []lint.Alias{
			{Name: "CKV_K8S_31"},
			{Name: "semgrep:seccomp-confinement-disabled", Variants: []string{"unconfined"}},
		},
	},
	Check: checkK8sSeccompProfileUnset,
}

func checkK8sSeccompProfileUnset(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		seen := map[*yaml.Node]bool{}
		for _, c := range w.Containers {
			n := p.Doc.Get(c.Security("seccompProfile"), "type").Resolve()
			if n != nil && n.Value == "Unconfined" && !seen[n] && !isPrivileged(c) {
				seen[n] = true
				p.Report(lint.Finding{
					Span: n.Span, Variant: "unconfined", Severity: lint.Warning,
					Message: "\"Unconfined\" lets the processes use every system call of the node's kernel; use RuntimeDefault",
				})
			}
		}
		unset := choose(w, func(c *facts.Container) bool {
			return c.RunsOn() && !isPrivileged(c) && !w.Partial && !w.Knative && c.Security("seccompProfile") == nil
		})
		if len(unset) == 0 || isRestricted(p) || hasSeccompAnnotation(p.Doc, w) {
			continue
		}
		edits, ok := setInPod(p.Doc, w, "RuntimeDefault", "securityContext", "seccompProfile", "type")
		p.Report(lint.Finding{
			Span: unset[0].Place(), Variant: "unset",
			Message: named(unset) + verb(unset, " has", " have") + " no seccomp profile, so every system call is allowed; set seccompProfile.type of the pod's securityContext to RuntimeDefault",
			Fixes:   fixOf("set the profile RuntimeDefault", ok, edits...),
		})
	}
}

// hasSeccompAnnotation reports whether the profile is set by an annotation, as it was
// before Kubernetes 1.19.
func hasSeccompAnnotation(d *facts.Manifest, w *facts.Workload) bool {
	annotations := d.Get(w.Meta, "annotations").Resolve()
	return annotations != nil && slices.ContainsFunc(annotations.Pairs, func(p *yaml.Pair) bool {
		return strings.HasPrefix(p.Key.Value, "seccomp.security.alpha.kubernetes.io/")
	})
}

// isRestricted reports whether a Namespace of the folder enforces the strictest level
// for pods.
func isRestricted(p *facts.Pass[*facts.Manifest]) bool {
	restricted := func(m *facts.Manifest) bool {
		return slices.ContainsFunc(m.Objects(), func(o facts.Object) bool {
			return o.Kind == "Namespace" && m.Scalar(o.Root, "metadata", "labels", "pod-security.kubernetes.io/enforce") == "restricted"
		})
	}
	return restricted(p.Doc) ||
		slices.ContainsFunc(p.Project.Nearby(), func(near *facts.ManifestNear) bool { return restricted(near.Manifest) })
}
