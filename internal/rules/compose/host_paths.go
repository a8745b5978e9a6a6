package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// hostPath is the host's path that a mount shows, cleaned; /var/run is written
// /run, to which it leads. ok is false for other sources and where a variable
// decides.
func hostPath(m compose.Mount) (name string, ok bool) {
	if m.Kind != compose.AbsolutePath || strings.Contains(m.Source, "$") {
		return "", false
	}
	name = path.Clean(m.Source)
	if rest, below := strings.CutPrefix(name, "/var/run"); below && (rest == "" || rest[0] == '/') {
		name = "/run" + rest
	}
	return name, true
}

// homeSource is the source of a mount below the home folder of the user who starts Compose, as
// "~/.ssh", however the file writes it; empty for another source.
func homeSource(m compose.Mount) string {
	if m.Kind == compose.HomePath {
		return path.Clean(m.Source)
	}
	raw := m.Written
	for _, home := range []string{"$HOME", "${HOME}", "${HOME:?}", "${HOME:-~}"} {
		if rest, ok := strings.CutPrefix(raw, home); ok && (rest == "" || rest[0] == '/') {
			return path.Clean("~" + rest)
		}
	}
	return ""
}

// isBelow reports whether a path is one of the folders, or lies in one.
func isBelow(name string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return name == f || strings.HasPrefix(name, f+"/") })
}

// isDaemonSocket reports whether a path is the socket of a container engine.
func isDaemonSocket(name string) bool {
	return slices.Contains([]string{"docker.sock", "containerd.sock", "crio.sock", "podman.sock", "docker_engine"}, path.Base(strings.ReplaceAll(name, `\`, "/")))
}

// mountsSocket reports whether a service has the socket of a container engine: at
// its own path on the host, or by its name in the container.
func mountsSocket(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		if !m.Known {
			// A variable decides where it is, and leaves what it is called.
			return slices.ContainsFunc(strings.Split(m.Value.Raw, ":"), isDaemonSocket)
		}
		name, ok := hostPath(m)
		return (ok && isDaemonSocket(name)) || isDaemonSocket(m.Target)
	})
}

// isPrivileged reports whether a service has all capabilities and devices, and no
// confinement, whatever else it asks for.
func isPrivileged(s *facts.ComposeService) bool { return s.Value("privileged").IsTrue() }

// readOnlyFix is the fix that makes a mount read-only.
func readOnlyFix(d *facts.Compose, m compose.Mount) []lint.Fix {
	if m.Long {
		if d.View.Pair(m.Node, "read_only") != nil {
			return nil
		}
		edits, ok := d.File.Add(m.Node, "read_only: true")
		return yamlFix("mount it read-only", lint.Unsafe, edits, ok, "services.*.volumes")
	}
	sep := ":"
	if len(m.Options) > 0 {
		sep = ","
	}
	if slices.Contains(m.Options, "rw") {
		return nil // somebody asked for it
	}
	edits, ok := d.File.Replace(m.Node, m.Value.Raw+sep+"ro")
	return yamlFix("mount it read-only", lint.Unsafe, edits, ok, "services.*.volumes")
}

// withoutOption is the fix that takes an option out of a mount's short form.
func withoutOption(d *facts.Compose, m compose.Mount, option, title string) []lint.Fix {
	if m.Long {
		return nil
	}
	at := strings.LastIndexByte(m.Value.Raw, ':')
	if at < 0 {
		return nil
	}
	kept := slices.DeleteFunc(strings.Split(m.Value.Raw[at+1:], ","), func(o string) bool { return o == option })
	raw := m.Value.Raw[:at]
	if len(kept) > 0 {
		raw += ":" + strings.Join(kept, ",")
	}
	edits, ok := d.File.Replace(m.Node, raw)
	return yamlFix(title, lint.Unsafe, edits, ok, "services.*.volumes", "services.*.tmpfs")
}
