package kubernetes

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sHostNamespacesShared finds pods that share the network, the processes or the
// IPC of their node, or take one of its ports.
//
// hostPID and hostIPC show the pod what all others on the node do, hostNetwork
// lets it listen to their traffic and go round network policies, and a hostPort
// leaves room for one pod on each node. A Service reaches a pod without them.
//
// It is an info for a DaemonSet and in kube-system. Workloads that the option
// names are left alone, and a hostPort beside hostNetwork, which it follows from.
//
// There is no fix: whether the program needs it is known only to those who run it.
var K8sHostNamespacesShared = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-host-namespaces-shared",
		Title:    "A pod shares namespaces or ports of its node",
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
				{Name: "CKV_K8S_17", Variants: []string{"namespace", "namespace-excused"}}, {Name: "CKV_K8S_18", Variants: []string{"namespace", "namespace-excused"}},
				{Name: "CKV_K8S_19", Variants: []string{"namespace", "namespace-excused"}}, {Name: "CKV_K8S_26", Variants: []string{"port", "port-excused"}}, {Name: "KSV-0024", Variants: []string{"port", "port-excused"}},
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
			{"hostNetwork", "the network of its node: it can listen to other pods there"},
			{"hostPID", "the processes of its node, and can look into all of them"},
			{"hostIPC", "the memory that the processes of its node share"},
		} {
			if n := w.Get(s.key); facts.IsTrue(n) {
				p.Report(weigh(p, lint.Finding{
					Span: n.Span, Variant: "namespace", Severity: severity,
					Message: s.key + " gives the pod " + s.what + "; leave it out",
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
					Message: fmt.Sprintf("hostPort %d leaves room for one pod on each node, and goes round the Service; leave it out", number),
				}, facts.ClaimExposure, false))
			}
		}
	}
}
