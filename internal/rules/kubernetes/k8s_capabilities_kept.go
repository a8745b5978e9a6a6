package kubernetes

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// K8sCapabilitiesKept reports containers that do not drop all capabilities, and containers
// that add powerful ones. There is one finding for a workload that does not drop them, and
// one for each added capability.
//
// # Why it matters
//
// By default, a container has a set of root's capabilities. An attacker who takes over the
// program can use them, and powerful ones such as `SYS_ADMIN` or `NET_ADMIN` open ways to
// the node or to other pods. Most servers need none.
//
// The rule is off by default, because the manifest does not show which capabilities an
// image needs. The preset `hardening` turns it on.
//
// # How to fix it
//
// Drop all capabilities, and add back only those that the program needs:
//
//	securityContext:
//	  capabilities:
//	    drop: [ALL]
//	    add: [NET_BIND_SERVICE]
//
// # Exceptions
//
// It does not report:
//
//   - privileged containers, which `k8s-privileged-container` reports
//   - init containers and jobs that keep capabilities
//   - Windows pods
var K8sCapabilitiesKept = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-capabilities-kept",
		Title:    "Container keeps or adds capabilities of root",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Variants: []string{"kept", "added"},
		Aliases: append(
			[]lint.Alias{
				{Name: "CKV_K8S_25", Variants: []string{"added"}}, {Name: "KSV-0005", Variants: []string{"added"}}, {Name: "KSV-0120", Variants: []string{"added"}},
				{Name: "CKV_K8S_28", Variants: []string{"kept"}}, {Name: "KSV-0003", Variants: []string{"kept"}}, {Name: "KSV-0004", Variants: []string{"kept"}},
				{Name: "kube-linter:drop-net-raw-capability", Variants: []string{"kept"}},
			},
			lint.Names("CKV_K8S_37")...,
		),
	},
	Check: checkK8sCapabilitiesKept,
}

func checkK8sCapabilitiesKept(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		kept := choose(w, func(c *facts.Container) bool {
			return c.RunsOn() && !isPrivileged(c) && !w.Partial && !w.Knative &&
				!slices.ContainsFunc(capabilities(c, "drop"), func(n *yaml.Node) bool { return strings.EqualFold(n.Value, "ALL") })
		})
		if len(kept) > 0 {
			f := lint.Finding{
				Span: kept[0].Place(), Variant: "kept",
				Message: named(kept) + verb(kept, " keeps", " keep") + " capabilities of root that an attacker can use; drop ALL, and add back only the ones that are needed",
			}
			if !slices.ContainsFunc(kept, func(c *facts.Container) bool { return c.Get("securityContext", "capabilities", "drop") != nil }) {
				edits, ok := setInEach(p.Doc, kept, "[ALL]", "securityContext", "capabilities", "drop")
				f.Fixes = fixOf("drop all capabilities", ok, edits...)
			}
			p.Report(f)
		}
		for _, c := range w.Containers {
			for _, n := range capabilities(c, "add") {
				if isPrivileged(c) || !isPowerful(n.Value) {
					continue
				}
				p.Report(lint.Finding{
					Span: n.Span, Variant: "added",
					Message: quote(n.Value) + " lets container " + quote(c.Name) + " reach beyond itself, to the node or to other pods; remove it",
				})
			}
		}
	}
}

// isPowerful reports whether a capability opens a way to the node or to other pods.
func isPowerful(name string) bool {
	switch strings.TrimPrefix(strings.ToUpper(name), "CAP_") {
	case "ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "NET_ADMIN", "NET_RAW", "DAC_READ_SEARCH", "DAC_OVERRIDE", "BPF", "PERFMON", "SYS_CHROOT", "MAC_ADMIN":
		return true
	}
	return false
}
