package kubernetes

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sProbeTimingUnset reports probes without `initialDelaySeconds` and `periodSeconds`,
// and probes whose timeout is longer than their period.
//
// # Why it matters
//
// By default, a liveness probe runs at once and then every 10 seconds. Kubernetes kills a
// program that needs more than about 30 seconds to start, so it never becomes ready.
//
// The rule is off by default, because the defaults are right for most programs. The
// preset `cloud-native` turns it on.
//
// # How to fix it
//
// Set the times that the program needs, or add a startup probe:
//
//	livenessProbe:
//	  initialDelaySeconds: 20
//	  periodSeconds: 10
//
// # Exceptions
//
// It does not report:
//
//   - probes that set one of the two times
//   - containers with a startup probe
//   - init containers, jobs and Knative services
var K8sProbeTimingUnset = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-probe-timing-unset",
		Title:    "Probe does not set when it runs",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"unset", "timeout"},
	},
	Check: checkK8sProbeTimingUnset,
}

func checkK8sProbeTimingUnset(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.RunsOnce || w.Knative {
			continue
		}
		for _, c := range w.Containers {
			if !c.RunsOn() {
				continue
			}
			for _, probe := range []string{"livenessProbe", "readinessProbe"} {
				checkTiming(p, c, probe)
			}
		}
	}
}

func checkTiming(p *facts.Pass[*facts.Manifest], c *facts.Container, probe string) {
	n := c.Get(probe)
	if kind, _ := handler(c, probe); kind == "" || c.Node.Own(probe) == nil {
		return
	}
	delay, period := c.Get(probe, "initialDelaySeconds"), c.Get(probe, "periodSeconds")
	if delay == nil && period == nil && !c.Workload.Partial && c.Get("startupProbe") == nil {
		var edits []text.Edit
		ok := false
		if c.Node.Own(probe).Value == n {
			edits, ok = p.Doc.Add(n, "initialDelaySeconds: 5\nperiodSeconds: 10")
		}
		p.Report(lint.Finding{
			Span: c.Node.Own(probe).Key.Span, Variant: "unset",
			Message: probe + " sets no times, so it runs at once and every 10 seconds; set initialDelaySeconds and periodSeconds to what the program needs",
			Fixes:   fixOf("set initialDelaySeconds: 5 and periodSeconds: 10", ok, edits...),
		})
	}
	const defaultPeriod = 10
	timeout, ok := facts.IntOf(c.Get(probe, "timeoutSeconds"))
	every, known := facts.IntOf(period)
	if period == nil {
		every, known = defaultPeriod, !c.Workload.Partial
	}
	if ok && known && timeout > every {
		p.Report(lint.Finding{
			Span: c.Get(probe, "timeoutSeconds").Span, Variant: "timeout",
			Message: fmt.Sprintf("timeoutSeconds is %d, but the next probe starts after %d; raise periodSeconds, or lower timeoutSeconds", timeout, every),
		})
	}
}
