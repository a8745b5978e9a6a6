package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNetworkModeConflict reports services with `network_mode` and `networks`
// (variant `networks`), or with `network_mode` and `ports` (variant `ports`).
//
// # Why it matters
//
//   - Compose refuses a file in which a service has `network_mode` and `networks`.
//   - With `network_mode: host`, `ports` have no effect, because the program opens its
//     ports on the host itself. This is a warning.
//   - In the network of another service or container, Docker refuses `ports`, so the
//     container is not created.
//
// # How to fix it
//
// Keep `network_mode` or the other key. For a service in the network of another one,
// publish the ports in that service:
//
//	services:
//	  vpn:
//	    ports: ["8080:8080"]
//	  web:
//	    network_mode: service:vpn
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the two keys is right.
//
// # Exceptions
//
// It does not report:
//
//   - services in which `!reset` removes one of the keys
//   - modes from a variable without a default
var ComposeNetworkModeConflict = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-network-mode-conflict",
		Title:    "network_mode cannot be combined with networks or ports",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"networks", "ports"},
		Aliases:  []lint.Alias{{Name: "compose-go:network-mode-and-networks", Variants: []string{"networks"}}},
	},
	Check: checkComposeNetworkModeConflict,
}

func checkComposeNetworkModeConflict(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		mode := s.Value("network_mode")
		if !mode.Exists() || !mode.Known || mode.Text == "" {
			continue
		}
		related := []lint.Related{{Span: s.Entry("network_mode").Span, Message: "network_mode is set here"}}
		if isSet(s.Entry("networks")) && len(s.Networks()) > 0 {
			p.Report(lint.Finding{
				Span: s.Entry("networks").Key.Span, Variant: "networks", Related: related,
				Message: fmt.Sprintf("\"networks\" and network_mode %q are both set, so Compose refuses the file; keep one of them", shortText(mode.Text)),
			})
		}
		if !isSet(s.Entry("ports")) || len(s.PublishedPorts()) == 0 {
			continue
		}
		f := lint.Finding{Span: s.Entry("ports").Key.Span, Variant: "ports", Related: related}
		switch {
		case mode.Text == "host":
			f.Severity = lint.Warning
			f.Message = "\"ports\" have no effect in the network of the host, where the program opens its ports itself; remove them, or network_mode"
		case strings.HasPrefix(mode.Text, "service:"), strings.HasPrefix(mode.Text, "container:"):
			_, owner, _ := strings.Cut(mode.Text, ":")
			f.Message = fmt.Sprintf("\"ports\" cannot be used in the network of another container, so Docker does not create this one; publish them in %q", shortText(owner))
		default:
			continue
		}
		p.Report(f)
	}
}
