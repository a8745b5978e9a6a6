package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeSensitivePathMounted reports mounts of `/sys`, `/dev`, folders below `/run`,
// home folders and folders with credentials, such as `~/.ssh`. It also reports
// read-only mounts of `/`, `/etc`, `/root`, `/boot`, `/proc` and `/var/lib`.
//
// Findings have severity info and the variant `excused`:
//
//   - for agents that watch the host, by their image, or by a read-only mount of `/`,
//     `/proc` or `/sys` on `/host`, `/hostfs` or `/rootfs`
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the mount gives the reason
//
// # Why it matters
//
// A process in the container can read keys, passwords, and the environment of every
// process of the host. Someone who takes over the program gets them too.
//
// # How to fix it
//
// Mount only the file or folder that the program needs:
//
//	volumes:
//	  - ~/.ssh/known_hosts:/root/.ssh/known_hosts:ro
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know whether it needs the path.
//
// # Exceptions
//
// It does not report:
//
//   - time settings, certificates of authorities, single devices, and `/dev/shm`
//   - privileged services, which the rule `compose-privileged-service` reports
//   - sockets of a container engine, and writable system folders, which other rules
//     report
var ComposeSensitivePathMounted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-sensitive-path-mounted",
		Title:    "Container can read sensitive files of the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.6", "CL-0013", "OWASP-R8", "kics:volume_has_sensitive_host_directory"),
	},
	Check: checkComposeSensitivePathMounted,
}

func checkComposeSensitivePathMounted(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, m := range s.AllMounts() {
			if !isSensitive(m) || isPrivileged(s) {
				continue
			}
			p.Report(weigh(p, lint.Finding{
				Span:    m.Span,
				Message: fmt.Sprintf("%q gives %q access to sensitive files of the host; mount only the file or folder that is needed", shortText(m.Source), shortText(s.Name)),
			}, watchesHost(s) || showsHost(m)))
		}
	}
}

// showsHost reports whether a mount is one that programs which watch their host ask
// for: its disk, read-only, where such programs look for it.
func showsHost(m compose.Mount) bool {
	name, ok := hostPath(m)
	return ok && m.ReadOnly && (name == "/" || isBelow(name, "/proc", "/sys")) && isBelow(m.Target, "/host", "/rootfs", "/hostfs")
}

// isSensitive reports whether a mount shows secrets or the inside of the host.
func isSensitive(m compose.Mount) bool {
	credentials := []string{".ssh", ".aws", ".kube", ".gnupg", ".azure", ".docker", ".config/gcloud", ".netrc", ".git-credentials"}
	if home := homeSource(m); home != "" {
		inside := strings.TrimPrefix(home, "~/")
		return inside == "~" || isBelow(inside, credentials...)
	}
	name, ok := hostPath(m)
	if !ok || isDaemonSocket(name) || name == "/run" {
		return false
	}
	if !m.ReadOnly && ownsHost(name) {
		return false
	}
	switch name {
	case "/", "/etc", "/var", "/var/lib", "/var/lib/docker", "/var/lib/docker/volumes", "/var/lib/docker/containers", "/etc/shadow", "/etc/ssh", "/etc/sudoers", "/etc/kubernetes",
		"/etc/ssl/private", "/sys", "/dev", "/home", "/root":
		return true
	}
	if home, below := strings.CutPrefix(name, "/home/"); below {
		_, inside, deep := strings.Cut(home, "/")
		return !deep || isBelow(inside, credentials...)
	}
	if inside, below := strings.CutPrefix(name, "/root/"); below {
		return isBelow(inside, credentials...)
	}
	return isBelow(name, "/boot", "/proc", "/sys/kernel", "/sys/fs/bpf", "/run/systemd", "/run/dbus", "/run/containerd", "/run/user", "/run/secrets")
}
