package kubernetes

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sProbePortUndeclared reports probes with a port that the container does not declare,
// by name or by number.
//
// # Why it matters
//
// If no port of the container has the name, the probe always fails: Kubernetes restarts
// the container, or never sends it requests. A number that is not declared can be left
// over from a change of the port.
//
// # How to fix it
//
// Name a port that the container declares, or write its number:
//
//	ports:
//	  - name: http
//	    containerPort: 8000
//	livenessProbe:
//	  httpGet:
//	    port: http
//
// # Fix safety
//
// There is no automatic fix: only the author knows which port is meant.
//
// # Exceptions
//
// It does not report:
//
//   - numbers, by default, because a port works without a declaration; the variant
//     `number` reports them as info
//   - numbers in a container that declares no port
//   - patches without ports
var K8sProbePortUndeclared = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-probe-port-undeclared",
		Title:    "Probe uses a port that the container does not declare",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"name", "number"},
		OptIn:    []string{"number"},
		Aliases:  lint.Names("kube-linter:liveness-port", "kube-linter:readiness-port"),
	},
	Check: checkK8sProbePortUndeclared,
}

func checkK8sProbePortUndeclared(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			if c.Get("ports") == nil && (w.Partial || w.Knative) {
				continue
			}
			for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
				checkProbePort(p, c, probe)
			}
		}
	}
}

func checkProbePort(p *facts.Pass[*facts.Manifest], c *facts.Container, probe string) {
	kind, asked := handler(c, probe)
	port := p.Doc.Get(asked, "port").Resolve()
	if kind == "exec" || port == nil || port.Value == "" || p.Doc.Scalar(asked, "host") != "" {
		return
	}
	number, isNumber := facts.IntOf(port)
	declared := c.Ports()
	switch {
	case !isNumber && port.Tag == "!!str":
		if !isPortName(port.Value) || slices.ContainsFunc(declared, func(d facts.Port) bool { return d.Name == port.Value }) {
			return
		}
		p.Report(lint.Finding{
			Span: port.Span, Variant: "name",
			Message: fmt.Sprintf("no port of container %s has the name %s, so the %s always fails; name the port, or write its number", quote(c.Name), quote(port.Value), probe),
		})
	case isNumber && len(declared) > 0 && !slices.ContainsFunc(declared, func(d facts.Port) bool { return d.Number == number }):
		p.Report(lint.Finding{
			Span: port.Span, Variant: "number", Severity: lint.Info,
			Message: fmt.Sprintf("container %s does not declare port %d, which the %s uses; declare it, or use a declared port", quote(c.Name), number, probe),
		})
	}
}

// isPortName reports whether a text can be the name of a port: lower-case letters,
// digits and dashes, a letter among them, at most 15.
func isPortName(s string) bool {
	letters := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			letters = true
		case (r >= '0' && r <= '9') || r == '-':
		default:
			return false
		}
	}
	return letters && len(s) <= 15
}
