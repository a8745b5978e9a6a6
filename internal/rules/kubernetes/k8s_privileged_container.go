package kubernetes

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPrivilegedContainer reports containers with `privileged: true`. In demo and test
// files, findings have severity info and the variant `excused`.
//
// # Why it matters
//
// A privileged container has all capabilities and all devices of its node. An attacker who
// takes over the container controls the machine.
//
// # How to fix it
//
// Remove the setting, and add only the capability or the device that the program needs:
//
//	securityContext:
//	  capabilities:
//	    add: [NET_ADMIN]
//
// # Fix safety
//
// There is no automatic fix: the manifest does not show which of the rights the program needs.
//
// # Exceptions
//
// It does not report:
//
//   - workloads listed in the option `node-agents`
//   - pods with user namespaces (`hostUsers: false`), whose root has no rights on the node
//
// The severity is info for a DaemonSet and in the namespace kube-system, where agents
// set up the node.
var K8sPrivilegedContainer = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-privileged-container",
		Title:    "Privileged container has root access to its node",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CKV_K8S_16", "KSV-0017", "kube-linter:privileged-container", "semgrep:privileged-container"),
		Options:  []lint.Option{nodeAgents()},
	},
	Check: checkK8sPrivilegedContainer,
}

func checkK8sPrivilegedContainer(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.OwnUsers() || slices.Contains(p.Options.List("node-agents"), w.Name()) {
			continue
		}
		for _, c := range w.Containers {
			if !isPrivileged(c) {
				continue
			}
			f := lint.Finding{
				Span:    c.Get("securityContext", "privileged").Span,
				Message: "container " + quote(c.Name) + " is root on its node; add only the capability or the device that it needs",
			}
			if w.ServesNode() {
				f.Severity = lint.Info
			}
			p.Report(weigh(p, f, facts.ClaimExposure, false))
		}
	}
}
