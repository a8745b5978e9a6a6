package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostNetwork finds network_mode "host", and builds with that network
// (info).
//
// Every port that the program opens is then open on the host, and whatever
// listens on the host's loopback is open to the program. Publish the ports that
// are needed.
//
// It is info, and excused, for VPN programs, where a comment beside it gives the reason, and
// in files that are for development or trials by their name.
//
// Silent for programs that look for devices in the network, or measure it
// (option "except", parts of image names).
var ComposeHostNetwork = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-network",
		Title:    "A service uses the network of its host",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.10", "CL-0008", "OWASP-R5", "kics:shared_host_network_namespace"),
		Options: []lint.Option{{
			Name: "except", Doc: "parts of the names of images that may use it", Kind: lint.ListOption,
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
				Message: "the build runs in the network of its host, whose local services it reaches; leave it out, or name them",
			})
		}
		mode, image := s.Value("network_mode"), s.ImageBase()
		if mode.Text != "host" || image != "" && slices.ContainsFunc(p.Options.List("except"), func(part string) bool { return strings.Contains(image, part) }) {
			continue
		}
		p.Report(weigh(p, lint.Finding{
			Span:    mode.Span,
			Message: fmt.Sprintf("every port that %q opens is open on the host, and the host's local services are open to it; publish the ports that it needs", shortText(s.Name)),
		}, isVPN(s)))
	}
}
