package kubernetes

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sProbeTimingUnset finds probes that do not say when and how often they ask,
// and probes whose answer may take longer than the time to the next question.
//
// A liveness probe without initialDelaySeconds asks at once, every ten seconds:
// a program that starts for longer than half a minute is killed and never gets
// there. Say what fits, or add a startupProbe.
//
// Silent where one of the two is written, and where there is a startup probe. The
// defaults fit most programs, so it is a part of the preset cloud-native.
var K8sProbeTimingUnset = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-probe-timing-unset",
		Title:    "A probe does not say when it asks",
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
			Message: probe + " asks at once and every 10 seconds; set initialDelaySeconds and periodSeconds to what the program needs",
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
			Message: fmt.Sprintf("an answer may take %d seconds though the next question comes after %d; make periodSeconds longer, or the timeout shorter", timeout, every),
		})
	}
}
