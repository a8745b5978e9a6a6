package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sHostPathMounted finds volumes of the kind hostPath.
//
// With the socket of the container runtime a pod can start privileged
// containers and read the secrets of all others. A folder of the system lets it
// change the node. Other folders tie the pod to one node, on which alone its
// data is. Use a PersistentVolumeClaim, a ConfigMap or an emptyDir.
//
// The socket and a folder of the system are a warning, all else an info.
// In a DaemonSet and in kube-system only the socket counts, as a warning: agents
// read what their node has. It is info, and excused, in files of demonstrations and tests. Workloads that the option names are left alone.
//
// There is no fix: whether the program needs the path is known only to those who run it.
var K8sHostPathMounted = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-host-path-mounted",
		Title:    "A pod mounts a path of its node",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{"socket", "system", "path", "socket-excused", "system-excused", "path-excused"},
		OptIn:    []string{"socket-excused", "system-excused", "path-excused"},
		Aliases: []lint.Alias{
			{Name: "CKV_K8S_27", Variants: []string{"socket", "socket-excused"}}, {Name: "KSV-0121", Variants: []string{"system", "system-excused"}},
			{Name: "kube-linter:docker-sock", Variants: []string{"socket", "socket-excused"}}, {Name: "semgrep:exposing-docker-socket-hostpath", Variants: []string{"socket", "socket-excused"}},
		},
		Options: []lint.Option{nodeAgents()},
	},
	Check: checkK8sHostPathMounted,
}

func checkK8sHostPathMounted(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		volumes := w.Get("volumes")
		if volumes == nil || slices.Contains(p.Options.List("node-agents"), w.Name()) {
			continue
		}
		for _, item := range volumes.Items {
			n := p.Doc.Get(item, "hostPath", "path").Resolve()
			if n == nil || !strings.HasPrefix(n.Value, "/") {
				continue
			}
			f := lint.Finding{Span: n.Span, Variant: hostPathKind(n.Value)}
			switch f.Variant {
			case "socket":
				f.Severity = lint.Warning
				f.Message = quote(n.Value) + " lets the pod start containers as root on the node; leave it out"
			case "system":
				f.Severity = lint.Warning
				f.Message = quote(n.Value) + " belongs to the system of the node; mount what the pod needs from a ConfigMap or an emptyDir"
			default:
				f.Severity = lint.Info
				f.Message = quote(n.Value) + " is there on one node only; use a PersistentVolumeClaim or an emptyDir"
			}
			if w.ServesNode() && f.Variant != "socket" {
				continue
			}
			p.Report(weigh(p, f, facts.ClaimExposure, false))
		}
	}
}

// hostPathKind tells how much of the node a path gives away.
func hostPathKind(name string) string {
	clean := path.Clean(name)
	switch clean {
	case "/var/run/docker.sock", "/run/docker.sock", "/var/run/containerd/containerd.sock", "/run/containerd/containerd.sock",
		"/var/run/crio/crio.sock", "/run/crio/crio.sock", "/var/run/podman/podman.sock", "/run/podman/podman.sock",
		"/run/k3s/containerd/containerd.sock", "/var/run/cri-dockerd.sock", "/run/cri-dockerd.sock":
		return "socket"
	case "/", "/var", "/var/run", "/run", "/home", "/root":
		return "system"
	case "/etc/localtime", "/etc/timezone", "/etc/machine-id":
		return "path"
	}
	for _, dir := range []string{"/etc/", "/proc/", "/sys/", "/boot/", "/usr/", "/bin/", "/sbin/", "/lib/", "/dev/", "/var/lib/kubelet/", "/var/lib/docker/", "/var/lib/containerd/", "/root/"} {
		if strings.HasPrefix(clean+"/", dir) {
			return "system"
		}
	}
	return "path"
}
