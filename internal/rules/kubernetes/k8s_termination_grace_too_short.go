package kubernetes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
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
//   - servers whose stop time is known, which k8s-grace-below-app-timeout compares
//   - 0 for single pods, for workloads on the node, and for pause images
//
// It is a warning if the period is 0 or not longer than preStop, and an info if less than
// 10 seconds remain.
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

// defaultGrace is the period of a pod that sets none, in seconds.
const defaultGrace = 30

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

// graceOf returns the time that a pod has to shut down, in seconds, and the place that
// sets it, nil for the default.
func graceOf(w *facts.Workload) (seconds int, n *yaml.Node, known bool) {
	n = w.Get("terminationGracePeriodSeconds")
	if n == nil {
		return defaultGrace, nil, true
	}
	seconds, known = facts.IntOf(n)
	return seconds, n, known
}

func graceFix(d *facts.Manifest, w *facts.Workload, seconds int) []lint.Fix {
	edits, ok := setInPod(d, w, strconv.Itoa(seconds), "terminationGracePeriodSeconds")
	return fixOf(fmt.Sprintf("set terminationGracePeriodSeconds: %d", seconds), ok, edits...)
}

// hasWork reports whether a container may lose something: that of a pause image, which
// only reserves resources, does not.
func hasWork(c *facts.Container) bool {
	i, known := c.Image()
	return !known || !i.IsPause()
}

// preStopSleep returns how many seconds preStop sleeps, if it does nothing else.
func preStopSleep(d *facts.Manifest, c *facts.Container) (seconds int, span text.Span, ok bool) {
	hook := c.Get("lifecycle", "preStop")
	if n := d.Get(hook, "sleep", "seconds").Resolve(); n != nil {
		seconds, ok = facts.IntOf(n)
		return seconds, n.Span, ok
	}
	command := d.Get(hook, "exec", "command").Resolve()
	if command == nil || len(command.Items) == 0 {
		return 0, text.Span{}, false
	}
	var words []string
	for _, item := range command.Items {
		words = append(words, item.Resolve().Value)
	}
	if facts.IsShell(words) && len(words) == 3 {
		words = strings.Fields(words[2])
	}
	if len(words) != 2 || (words[0] != "sleep" && words[0] != "/bin/sleep") {
		return 0, text.Span{}, false
	}
	seconds, err := strconv.Atoi(strings.TrimSuffix(words[1], "s"))
	return seconds, command.Span, err == nil
}
