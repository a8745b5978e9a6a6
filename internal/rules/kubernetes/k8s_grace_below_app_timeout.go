package kubernetes

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sGraceBelowAppTimeout reports pods whose grace period is shorter than the time that
// their server takes to stop.
//
// # Why it matters
//
// After `terminationGracePeriodSeconds`, by default 30 seconds, Kubernetes kills the pod.
// A server with a longer timeout still answers its last requests then, and clients see
// broken connections. The sleep of a preStop hook is part of the period.
//
// # How to fix it
//
// Set a period that is longer than the sleep of preStop and the server's timeout together:
//
//	terminationGracePeriodSeconds: 65
//
// # Exceptions
//
// It does not report:
//
//   - servers whose timeout is not known; dockmend reads it from flags and variables in
//     the manifest, or from the Dockerfile if a Compose file, Skaffold or
//     docker/build-push-action shows that the image is built from it
//   - jobs, patches and Knative services
//   - a period that preStop uses up, which `k8s-termination-grace-too-short` reports
var K8sGraceBelowAppTimeout = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-grace-below-app-timeout",
		Title:    "Pod is killed before its server has stopped",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkK8sGraceBelowAppTimeout,
}

func checkK8sGraceBelowAppTimeout(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		grace, n, known := graceOf(w)
		if w.RunsOnce || w.Knative || !known {
			continue
		}
		if n == nil && w.Partial {
			continue
		}
		longest := 0
		var f lint.Finding
		for _, c := range w.Containers {
			if !c.RunsOn() {
				continue
			}
			start, timeout, related, ok := stopTime(p, c)
			sleep, at, sleeps := preStopSleep(p.Doc, c)
			if !ok || grace <= sleep || sleep+timeout <= max(grace, longest) {
				continue
			}
			longest = sleep + timeout
			f = lint.Finding{
				Span: c.Place(), Related: []lint.Related{related},
				Message: fmt.Sprintf("%s can take %d seconds to stop, but Kubernetes kills the pod after %d; set terminationGracePeriodSeconds to %d", start.Program, timeout, grace, longest+reserve),
			}
			if sleeps {
				f.Related = append(f.Related, lint.Related{Span: at, Message: "preStop runs before the server stops"})
				f.Message = fmt.Sprintf("%s can take %d seconds to stop after %d seconds of preStop, but Kubernetes kills the pod after %d; set terminationGracePeriodSeconds to %d",
					start.Program, timeout, sleep, grace, longest+reserve)
			}
		}
		if longest == 0 {
			continue
		}
		if n != nil {
			f.Span = n.Span
		}
		f.Fixes = graceFix(p.Doc, w, longest+reserve)
		p.Report(f)
	}
}

// reserve is added to the time that a server needs, in seconds.
const reserve = 5
