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

// ComposeDockerSocketMounted finds mounts of the socket of a container engine,
// or of a folder that holds it, use_api_socket, and DOCKER_HOST over plain tcp
// to a machine outside of the file.
//
// Whoever talks to the engine starts a container that sees the host's disk, so
// the container is root on the host; read-only or not, since that is about the
// file and not about what is said through it. Put a socket proxy between them
// that lets through what is needed, or do without.
//
// It is info, and excused, where a comment beside it gives the reason, in files that are for
// development or trials by their name, and for programs whose work it is to
// manage containers.
//
// Silent for socket proxies (option "except", parts of image names), for named
// volumes, and for all of the host's disk, which two other rules speak of.
//
// There is no fix: a program that uses the engine stops without it, and a proxy that
// allows only some requests is a service of its own.
var ComposeDockerSocketMounted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-docker-socket-mounted",
		Title:    "A container is given the container engine of its host",
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
			Name: "except", Doc: "parts of the names of images that may have the socket, so that others need not", Kind: lint.ListOption,
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
			} else if !ok || !isDaemonSocket(name) && name != "/run" {
				continue
			}
			report(m.Span, fmt.Sprintf("%q gives the container the engine of its host, and so the host, read-only or not; put a socket proxy between them, or do without", shortText(source)))
		}
		if v := s.Value("use_api_socket"); v.IsTrue() {
			report(s.Entry("use_api_socket").Span, "use_api_socket gives the container the engine of its host, and so the host; put a socket proxy between them, or do without")
		}
		if kv, ok := s.Getenv("DOCKER_HOST"); ok && isPlainEngine(p.Doc, kv.Value) {
			report(kv.Span, fmt.Sprintf("%q talks to a container engine without TLS, and whoever can reach the port has that machine; use TLS or ssh://", shortText(kv.Value.Text)))
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

// isPlainEngine tells whether an address is that of an engine without TLS, on
// another machine: a service of the file may be an engine of its own, or a proxy.
func isPlainEngine(d *facts.Compose, v compose.Value) bool {
	host, ok := strings.CutPrefix(v.Text, "tcp://")
	name, port, _ := strings.Cut(host, ":")
	return v.Exists() && v.Known && ok && strings.HasPrefix(port, "2375") && strings.Contains(name, ".") && d.Named(name) == nil
}
