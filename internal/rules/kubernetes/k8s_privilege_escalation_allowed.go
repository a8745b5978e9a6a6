package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPrivilegeEscalationAllowed finds containers whose processes may get more
// rights than they began with, by a setuid program as su.
//
// "allowPrivilegeEscalation: false" takes that away; hardly any server needs it.
//
// One finding for each workload. Silent for privileged containers and those
// with CAP_SYS_ADMIN, where Kubernetes refuses false; for init containers and
// jobs; and for Windows. It is a part of the presets cloud-native and
// hardening: nearly no manifest sets it, so by default it would only be noise.
var K8sPrivilegeEscalationAllowed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-privilege-escalation-allowed",
		Title:    "Processes may get more rights than they began with",
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
			return c.RunsOn() && !isPrivileged(c) && !adds(c, "SYS_ADMIN") && (facts.IsTrue(n) || n == nil && !w.Partial && !w.Knative)
		})
		if len(allowed) == 0 {
			continue
		}
		edits, ok := setInEach(p.Doc, allowed, "false", "securityContext", "allowPrivilegeEscalation")
		p.Report(lint.Finding{
			Span:    allowed[0].Place(),
			Message: named(allowed) + verb(allowed, " lets its", " let their") + " processes get more rights by setuid programs; set allowPrivilegeEscalation: false",
			Fixes:   fixOf("set allowPrivilegeEscalation: false", ok, edits...),
		})
	}
}
