package kubernetes

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPrivilegedContainer finds containers with "privileged: true".
//
// Such a container is root on its node: it sees all devices and can load
// modules, and whoever breaks into it has the machine. Ask for the one
// capability or device that is needed.
//
// It is an info for a DaemonSet and in kube-system, where agents that set up the
// node have no other way. Workloads that the option names are left alone, and
// pods with user namespaces ("hostUsers: false"), whose root is nobody on the node.
//
// There is no fix: which of the rights the program needs is known only to those who run
// it.
var K8sPrivilegedContainer = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-privileged-container",
		Title:    "A privileged container is root on its node",
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

// nodeAgents is the option that names what works on the node.
func nodeAgents() lint.Option {
	return lint.Option{Name: "node-agents", Kind: lint.ListOption, Doc: "names of workloads that work on their node and need it"}
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
				Message: "container " + quote(c.Name) + " is root on its node; ask for the capability or the device that it needs",
			}
			if w.ServesNode() {
				f.Severity = lint.Info
			}
			p.Report(weigh(p, f, facts.ClaimExposure, false))
		}
	}
}
