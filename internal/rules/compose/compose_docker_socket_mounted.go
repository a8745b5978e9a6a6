package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeDockerSocketMounted reports mounts of the socket of a container engine, or of
// `/run`, which holds it. It also reports `use_api_socket`, and a `DOCKER_HOST` that
// reaches an engine on another machine over plain TCP.
//
// Findings have severity info and the variant `excused`:
//
//   - for programs whose work is to manage containers, such as Traefik with its Docker
//     provider
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the mount gives the reason
//
// # Why it matters
//
// A program that can use the engine can start a container with the disk of the host,
// so it is root on the host. A read-only mount does not prevent this: it protects the
// socket file, not the engine that it leads to.
//
// # How to fix it
//
// Put a socket proxy between the program and the engine, which allows only the
// requests that the program needs, or remove the mount. Use TLS or `ssh://` for an
// engine on another machine.
//
// # Fix safety
//
// There is no automatic fix: a program that uses the engine stops without it, and a socket proxy
// is a service of its own.
//
// # Exceptions
//
// It does not report:
//
//   - socket proxies, by their image name (option `except`)
//   - named volumes
//   - a `DOCKER_HOST` that is a service of the file
//   - mounts of the whole disk of the host, which other rules report
var ComposeDockerSocketMounted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-docker-socket-mounted",
		Title:    "Container gets the socket of the host's container engine",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.32", "CL-0001", "OWASP-R1", "kics:docker_socket_mounted_in_container", "semgrep:exposing-docker-socket-volume"),
		Options: []lint.Option{{
			Name: "except", Doc: "parts of image names: a service whose image has one of them in its name is not reported", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"socket-proxy", "socketproxy"}},
		}},
	},
	Check: checkComposeDockerSocketMounted,
}

func checkComposeDockerSocketMounted(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		image := s.ImageBase()
		if image != "" && slices.ContainsFunc(p.Options.List("except"), func(part string) bool { return strings.Contains(image, part) }) {
			continue
		}
		report := func(at text.Span, message string) {
			p.Report(weigh(p, lint.Finding{Span: at, Message: message}, managesContainers(s)))
		}
		for _, m := range s.AllMounts() {
			name, ok := hostPath(m)
			source := m.Source
			if !ok && m.Kind != compose.NamedVolume && strings.ContainsAny(m.Written, `$\`) && isDaemonSocket(m.Written) {
				source = m.Written
			} else if !ok || (!isDaemonSocket(name) && name != "/run") {
				continue
			}
			report(m.Span, fmt.Sprintf("%q lets the container control the engine and so the whole host, even if read-only; use a socket proxy, or remove it", shortText(source)))
		}
		if v := s.Value("use_api_socket"); v.IsTrue() {
			report(s.Entry("use_api_socket").Span, "use_api_socket lets the container control the engine and so the whole host; use a socket proxy, or remove it")
		}
		if kv, ok := s.Getenv("DOCKER_HOST"); ok && isPlainEngine(p.Doc, kv.Value) {
			report(kv.Span, fmt.Sprintf("%q is a container engine without TLS, so anyone who can reach the port controls that machine; use TLS or ssh://", shortText(kv.Value.Text)))
		}
	}
}

// managesContainers reports whether a service cannot do its work without the engine's
// socket: by its image, or because its command tells it to ask Docker for services.
func managesContainers(s *facts.ComposeService) bool {
	return s.ImageSays(images.Manager) || slices.ContainsFunc(s.Command().Words, func(v compose.Value) bool {
		return strings.Contains(v.Raw, "--providers.docker") || strings.Contains(v.Raw, "--docker")
	})
}

// isPlainEngine reports whether an address is that of an engine without TLS, on
// another machine: a service of the file may be an engine of its own, or a proxy.
func isPlainEngine(d *facts.Compose, v compose.Value) bool {
	host, ok := strings.CutPrefix(v.Text, "tcp://")
	name, port, _ := strings.Cut(host, ":")
	return v.Exists() && v.Known && ok && strings.HasPrefix(port, "2375") && strings.Contains(name, ".") && d.Named(name) == nil
}
