package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPrivilegeEscalationAllowed reports containers that do not set
// `allowPrivilegeEscalation: false`. There is one finding for each workload.
//
// # Why it matters
//
// A process can gain more rights than it started with, for example through a setuid
// program such as su. An attacker can use this to become root in the container. Hardly any
// server needs it.
//
// The rule is off by default: nearly no manifest sets it, so it would report too much
// by default. The presets `cloud-native` and `hardening` turn it on.
//
// # How to fix it
//
// Turn it off:
//
//	securityContext:
//	  allowPrivilegeEscalation: false
//
// # Exceptions
//
// It does not report:
//
//   - privileged containers and those with `CAP_SYS_ADMIN`, for which Kubernetes rejects
//     the setting
//   - init containers and jobs
//   - Windows pods
var K8sPrivilegeEscalationAllowed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-privilege-escalation-allowed",
		Title:    "Container processes can gain more privileges",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CKV_K8S_20", "KSV-0001", "kube-linter:privilege-escalation-container", "semgrep:privilege-escalation"),
	},
	Check: checkK8sPrivilegeEscalationAllowed,
}

func checkK8sPrivilegeEscalationAllowed(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		allowed := choose(w, func(c *facts.Container) bool {
			n := c.Get("securityContext", "allowPrivilegeEscalation")
			return c.RunsOn() && !isPrivileged(c) && !adds(c, "SYS_ADMIN") && (facts.IsTrue(n) || (n == nil && !w.Partial && !w.Knative))
		})
		if len(allowed) == 0 {
			continue
		}
		edits, ok := setInEach(p.Doc, allowed, "false", "securityContext", "allowPrivilegeEscalation")
		p.Report(lint.Finding{
			Span:    allowed[0].Place(),
			Message: named(allowed) + verb(allowed, " lets its", " let their") + " processes become root through setuid programs; set allowPrivilegeEscalation: false",
			Fixes:   fixOf("set allowPrivilegeEscalation: false", ok, edits...),
		})
	}
}
