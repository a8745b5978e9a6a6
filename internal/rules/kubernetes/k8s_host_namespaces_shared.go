package kubernetes

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sHostNamespacesShared reports pods that use the network, the processes or the IPC
// of their node, or one of its ports. In demo and test files, the severity is info and
// the variants are `namespace-excused` and `port-excused`.
//
// # Why it matters
//
// With `hostPID` and `hostIPC` the pod sees the processes and the shared memory of all
// other pods on the node. With `hostNetwork` it can listen to their traffic and bypasses
// network policies. With `hostPort`, only one pod can run on each node.
//
// # How to fix it
//
// Remove the setting. A Service reaches a pod without it.
//
// # Fix safety
//
// There is no automatic fix: the manifest does not show whether the program needs the access.
//
// # Exceptions
//
// It does not report:
//
//   - workloads that the option `node-agents` names
//   - a `hostPort` in a pod with `hostNetwork`, which implies it
//
// The severity is info for a DaemonSet and in the namespace kube-system, whose pods
// often work on the node itself.
var K8sHostNamespacesShared = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-host-namespaces-shared",
		Title:    "Pod shares namespaces or ports of its node",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{"namespace", "port", "namespace-excused", "port-excused"},
		OptIn:    []string{"namespace-excused", "port-excused"},
		Aliases: append(
			[]lint.Alias{
				{
					Name:     "CKV_K8S_17",
					Variants: []string{"namespace", "namespace-excused"},
				}, {Name: "CKV_K8S_18", Variants: []string{"namespace", "namespace-excused"}},
				{
					Name:     "CKV_K8S_19",
					Variants: []string{"namespace", "namespace-excused"},
				}, {Name: "CKV_K8S_26", Variants: []string{"port", "port-excused"}}, {Name: "KSV-0024", Variants: []string{"port", "port-excused"}},
			},
			lint.Names("kube-linter:host-ipc", "kube-linter:host-network", "kube-linter:host-pid", "semgrep:hostipc-pod", "semgrep:hostnetwork-pod", "semgrep:hostpid-pod")...,
		),
		Options: []lint.Option{nodeAgents()},
	},
	Check: checkK8sHostNamespacesShared,
}

func checkK8sHostNamespacesShared(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if slices.Contains(p.Options.List("node-agents"), w.Name()) {
			continue
		}
		severity := lint.Warning
		if w.ServesNode() {
			severity = lint.Info
		}
		for _, s := range []struct{ key, what string }{
			{"hostNetwork", "the network of its node, so it can listen to the traffic of other pods"},
			{"hostPID", "access to all processes of its node"},
			{"hostIPC", "access to the shared memory of all processes of its node"},
		} {
			if n := w.Get(s.key); facts.IsTrue(n) {
				p.Report(weigh(p, lint.Finding{
					Span: n.Span, Variant: "namespace", Severity: severity,
					Message: s.key + " gives the pod " + s.what + "; remove it",
				}, facts.ClaimExposure, false))
			}
		}
		for _, c := range w.Containers {
			for _, port := range c.Ports() {
				number, ok := facts.IntOf(p.Doc.Get(port.Node, "hostPort"))
				if !ok || number <= 0 || facts.IsTrue(w.Get("hostNetwork")) {
					continue
				}
				p.Report(weigh(p, lint.Finding{
					Span: p.Doc.Get(port.Node, "hostPort").Resolve().Span, Variant: "port", Severity: severity,
					Message: fmt.Sprintf("hostPort %d allows only one pod on each node and bypasses the Service; remove it", number),
				}, facts.ClaimExposure, false))
			}
		}
	}
}
