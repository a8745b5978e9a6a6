package kubernetes

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// serves reports whether a container answers requests: it keeps running and
// declares a port, and is not a database, whose clients try again by themselves.
func serves(c *facts.Container) bool {
	return c.RunsOn() && len(c.Ports()) > 0 && !c.IsStore()
}

// isProbed reports whether a missing probe of a workload means anything: the workload is
// complete, and keeps running.
func isProbed(w *facts.Workload) bool {
	return !w.Partial && !w.RunsOnce && !w.Knative && w.Object.Kind != "Pod"
}

// handler returns what a probe checks, such as "httpGet"; nil if it checks nothing.
func handler(c *facts.Container, probe string) (kind string, n *yaml.Node) {
	for _, kind := range []string{"httpGet", "tcpSocket", "grpc", "exec"} {
		if n := c.Get(probe, kind); n != nil {
			return kind, n
		}
	}
	return "", nil
}

// probeFix adds a probe that checks whether the container's first port accepts connections.
// Which HTTP path a program answers is not known here, and with a wrong one the pod is
// never ready. There is none either where a ConfigMap or a Secret may change the port.
func probeFix(d *facts.Manifest, containers []*facts.Container, probe string) []lint.Fix {
	var edits []lint.FileEdit
	for _, c := range containers {
		ports := slices.DeleteFunc(slices.Clone(c.Ports()), func(p facts.Port) bool { return d.Scalar(p.Node, "protocol") == "UDP" })
		after := c.Node.Own("ports")
		if len(ports) == 0 || after == nil || isConfigured(d, c) {
			return nil
		}
		port := cmp.Or(ports[0].Name, strconv.Itoa(ports[0].Number))
		more, ok := d.InsertAfter(after, probe+":\n  tcpSocket:\n    port: "+port+"\n  initialDelaySeconds: 5\n  periodSeconds: 10")
		if !ok {
			return nil
		}
		for _, e := range more {
			edits = append(edits, lint.FileEdit{Edit: e})
		}
	}
	return []lint.Fix{
		{
			Title:         "add a probe that checks whether the port accepts connections",
			Applicability: lint.Unsafe,
			MaxEffect:     lint.EffectUnknown,
			Edits:         edits,
		},
	}
}

// isConfigured reports whether a container reads a ConfigMap or a Secret that may set the
// port on which it listens: all of its variables, one that is named like a port or an
// address, or files.
func isConfigured(d *facts.Manifest, c *facts.Container) bool {
	if c.Get("envFrom") != nil {
		return true
	}
	if env := c.Get("env"); env != nil {
		for _, item := range env.Items {
			name := strings.ToUpper(d.Scalar(item, "name"))
			isAddress := strings.Contains(name, "PORT") || strings.Contains(name, "ADDR") || strings.Contains(name, "LISTEN")
			if isAddress && d.Get(item, "valueFrom") != nil {
				return true
			}
		}
	}
	mounts, volumes := c.Get("volumeMounts"), c.Workload.Get("volumes")
	if mounts == nil || volumes == nil {
		return false
	}
	return slices.ContainsFunc(volumes.Items, func(v *yaml.Node) bool {
		if d.Get(v, "configMap") == nil && d.Get(v, "projected") == nil {
			return false
		}
		name := d.Scalar(v, "name")
		return slices.ContainsFunc(mounts.Items, func(m *yaml.Node) bool { return d.Scalar(m, "name") == name })
	})
}

// hasOneReplica reports whether a workload has a single pod, which no other one replaces
// while it starts.
func hasOneReplica(d *facts.Manifest, w *facts.Workload) bool {
	n := d.Get(w.Object.Root, "spec", "replicas")
	if n == nil {
		return w.Object.Kind != "DaemonSet"
	}
	count, ok := facts.IntOf(n)
	return ok && count == 1
}

// sameValue reports whether two nodes have the same value, however they are written.
func sameValue(d *facts.Manifest, a, b *yaml.Node, depth int) bool {
	a, b = a.Resolve(), b.Resolve()
	const deepest = 8 // a probe has three levels
	if a == nil || b == nil || depth > deepest {
		return a == b
	}
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Items) != len(b.Items) || len(a.Pairs) != len(b.Pairs) {
		return false
	}
	for i := range a.Items {
		if !sameValue(d, a.Items[i], b.Items[i], depth+1) {
			return false
		}
	}
	for _, p := range a.Pairs {
		if other := d.Get(b, p.Key.Value); p.Merge || other == nil || !sameValue(d, p.Value, other, depth+1) {
			return false
		}
	}
	return true
}
