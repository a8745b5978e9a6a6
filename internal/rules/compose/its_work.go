package compose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// watchesHost reports whether a service's work is to watch the host: by its image, or
// without one by its name, or because it is given the inside of the kernel.
func watchesHost(s *facts.ComposeService) bool {
	if _, watches := images.Says(cmp.Or(s.ImageBase(), s.Name), images.Watcher); watches {
		return true
	}
	return isPrivileged(s) && slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		at, ok := hostPath(m)
		return ok && isBelow(at, "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/fs/bpf")
	})
}

// usesAccelerator reports whether a service computes on a GPU or the like. The vendors'
// documented ways to run such programs ask for the host's shared memory and for less
// confinement.
func usesAccelerator(s *facts.ComposeService) bool {
	switch s.Value("runtime").Text {
	case "nvidia", "habana":
		return true
	}
	if s.Get("gpus") != nil || s.Get("deploy", "resources", "reservations", "devices") != nil {
		return true
	}
	if slices.ContainsFunc(s.Values("devices"), func(v compose.Value) bool {
		at, _, _ := strings.Cut(v.Raw, ":")
		return isBelow(at, "/dev/kfd", "/dev/dri", "/dev/accel", "/dev/davinci0", "/dev/nvidia0")
	}) {
		return true
	}
	_, ok := images.Says(cmp.Or(s.ImageBase(), s.Name), images.Accelerator)
	return ok
}

// mountsByFUSE reports whether a service has the device by which programs mount file
// systems of their own, which the kernel allows only with SYS_ADMIN.
func mountsByFUSE(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.Values("devices"), func(v compose.Value) bool {
		at, _, _ := strings.Cut(v.Raw, ":")
		return at == "/dev/fuse"
	})
}

// runsSystemd reports whether a service boots a system with systemd, which takes the
// control groups of the host.
func runsSystemd(s *facts.ComposeService) bool {
	if slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Known && m.Target == "/sys/fs/cgroup" }) {
		return true
	}
	return startsAny(s, "/sbin/init", "systemd")
}

// startsAny reports whether the command or the entrypoint of a service has one of some
// words.
func startsAny(s *facts.ComposeService, words ...string) bool {
	for _, key := range []string{"command", "entrypoint"} {
		for _, v := range append(s.Values(key), s.Value(key)) {
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(v.Raw, w) }) {
				return true
			}
		}
	}
	return false
}

// runsEngine reports whether a service is a container engine itself, by its image, by what
// it starts, by the folder in which an engine keeps its images, or by the Dockerfile that
// it is built from.
func runsEngine(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	if image, ok := s.Image(); ok && image.HoldsEngine() {
		return true
	}
	if startsAny(s, "dockerd", "docker start", "containerd", "buildkitd", "podman", "kind create", "k3s server", "k3s agent") ||
		slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
			return m.Kind == compose.NamedVolume && isBelow(m.Target, "/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/rancher", "/var/lib/kubelet")
		}) {
		return true
	}
	built, err := p.Project.Build(s)
	if err != nil || built == nil || built.Stage == nil {
		return false
	}
	words, _ := built.Stage.StartWords()
	return built.Stage.Base().HoldsEngine() || slices.ContainsFunc(words, func(a facts.Argument) bool {
		return strings.HasSuffix(a.Text, "dockerd") || strings.HasSuffix(a.Text, "buildkitd")
	})
}
