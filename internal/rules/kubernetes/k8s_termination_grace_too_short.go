package kubernetes

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sTerminationGraceTooShort reports pods whose `terminationGracePeriodSeconds` leaves
// the program too little time after preStop, or no time at all.
//
// # Why it matters
//
// The period starts when the pod is told to stop, and the preStop hook is part of it. What
// is left is the time in which the program can finish its requests. With 0, Kubernetes
// kills the program at once.
//
// # How to fix it
//
// Set a period that is longer than preStop:
//
//	terminationGracePeriodSeconds: 60
//
// # Exceptions
//
// It does not report:
//
//   - jobs
//   - a preStop hook that does more than sleep for a number of seconds
//   - servers whose stop time is known, which `k8s-grace-below-app-timeout` compares
//   - 0 for single pods, for workloads on the node, and for pause images
//
// The severity is warning if the period is 0 or not longer than preStop, and info if
// less than 10 seconds remain.
var K8sTerminationGraceTooShort = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-termination-grace-too-short",
		Title:    "Pod is killed before it can shut down",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkK8sTerminationGraceTooShort,
}

// leastGrace is what a server needs after preStop, in seconds.
const leastGrace = 10

func checkK8sTerminationGraceTooShort(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.RunsOnce {
			continue
		}
		grace, n, known := graceOf(w)
		if !known {
			continue
		}
		if grace == 0 {
			if w.ServesNode() || w.Object.Kind == "Pod" || !slices.ContainsFunc(w.Containers, hasWork) {
				continue
			}
			p.Report(lint.Finding{
				Span: n.Span, Severity: lint.Warning,
				Message: "terminationGracePeriodSeconds 0 kills the program at once, in the middle of its work; remove it, or set the time that the program needs",
				Fixes:   graceFix(p.Doc, w, defaultGrace),
			})
			continue
		}
		longest, at, found := 0, text.Span{}, false
		for _, c := range w.Containers {
			if seconds, span, ok := preStopSleep(p.Doc, c); ok && seconds > longest {
				longest, at, found = seconds, span, true
			}
		}
		if !found || (n == nil && w.Partial) || grace-longest >= leastGrace {
			continue
		}
		f := lint.Finding{Span: at, Fixes: graceFix(p.Doc, w, defaultGrace+longest)}
		if grace <= longest {
			f.Severity = lint.Warning
			f.Message = fmt.Sprintf("preStop sleeps for %d seconds but Kubernetes kills the pod after %d, so the program cannot shut down; raise terminationGracePeriodSeconds", longest, grace)
		} else if slices.ContainsFunc(w.Containers, func(c *facts.Container) bool { return saysStopTime(p, c) }) {
			continue
		} else {
			f.Message = fmt.Sprintf("preStop sleeps for %d of the %d seconds after which Kubernetes kills the pod; raise terminationGracePeriodSeconds", longest, grace)
		}
		p.Report(f)
	}
}

// hasWork reports whether a container may lose something: that of a pause image, which
// only reserves resources, does not.
func hasWork(c *facts.Container) bool {
	i, known := c.Image()
	return !known || !i.IsPause()
}
