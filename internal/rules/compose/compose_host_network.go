package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostNetwork reports services with `network_mode: host`. It also reports builds
// with `network: host`, with severity info.
//
// Findings have severity info and the variant `excused`:
//
//   - for VPN programs that the option `except` does not name
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the line gives the reason
//
// # Why it matters
//
// Every port that the program opens is open on the host, including ports that are meant
// only for the container. The program can reach services that listen only on the
// loopback address of the host.
//
// # How to fix it
//
// Remove `network_mode`, and publish the ports that the service needs:
//
//	ports:
//	  - 127.0.0.1:8080:8080
//
// # Exceptions
//
// It does not report programs that discover devices in the network, monitor it or set
// it up, by their image name (option `except`).
var ComposeHostNetwork = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-network",
		Title:    "Service uses the network of the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.10", "CL-0008", "OWASP-R5", "kics:shared_host_network_namespace"),
		Options: []lint.Option{{
			Name: "except", Doc: "services whose image name contains one of these are not reported", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"home-assistant", "homeassistant", "homebridge", "esphome", "matter-server", "avahi", "node-exporter", "node_exporter", "netdata", "keepalived", "tailscale", "plex", "openhab", "jellyfin", "emby"}},
		}},
	},
	Check: checkComposeHostNetwork,
}

func checkComposeHostNetwork(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		if b, ok := s.Build(); ok && b.Network.Text == "host" {
			p.Report(lint.Finding{
				Span: b.Network.Span, Severity: lint.Info,
				Message: "the build runs in the network of the host and can reach its local services; remove the line unless the build needs one of them",
			})
		}
		mode, image := s.Value("network_mode"), s.ImageBase()
		if mode.Text != "host" ||
			(image != "" && slices.ContainsFunc(p.Options.List("except"), func(part string) bool { return strings.Contains(image, part) })) {
			continue
		}
		p.Report(weigh(p, lint.Finding{
			Span:    mode.Span,
			Message: fmt.Sprintf("%q uses the host's network, so its ports are open on the host and it can reach the host's local services; publish the ports that it needs instead", shortText(s.Name)),
		}, isVPN(s)))
	}
}
