package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sHostPathMounted reports volumes of the kind `hostPath`. In demo and test files,
// findings have severity info and a variant that ends in `excused`.
//
// # Why it matters
//
// With the socket of the container runtime, a pod can start privileged containers and read
// the secrets of all other pods. With a system directory it can change the node. Any other
// directory ties the pod to one node, because its data exists only there.
//
// # How to fix it
//
// Use a PersistentVolumeClaim, a ConfigMap or an emptyDir:
//
//	volumes:
//	  - name: data
//	    persistentVolumeClaim:
//	      claimName: data
//
// # Fix safety
//
// There is no automatic fix: the manifest does not show whether the program needs the path.
//
// # Exceptions
//
// It does not report:
//
//   - workloads that the option `node-agents` names
//   - paths other than the socket in a DaemonSet and in the namespace kube-system, whose
//     agents read the node
//
// The socket and system directories have severity warning, other paths info.
var K8sHostPathMounted = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-host-path-mounted",
		Title:    "Pod mounts a path of its node",
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
				f.Message = quote(n.Value) + " lets the pod start containers as root on the node; remove the volume"
			case "system":
				f.Severity = lint.Warning
				f.Message = quote(n.Value) + " is a system directory of the node, which the pod can read or change; use a ConfigMap or an emptyDir"
			default:
				f.Severity = lint.Info
				f.Message = quote(n.Value) + " is a directory of one node, so the pod does not find its data on another node; use a PersistentVolumeClaim or an emptyDir"
			}
			if w.ServesNode() && f.Variant != "socket" {
				continue
			}
			p.Report(weigh(p, f, facts.ClaimExposure, false))
		}
	}
}

// hostPathKind returns the variant of a path: "socket", "system" or "path".
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
