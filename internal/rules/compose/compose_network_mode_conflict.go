package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNetworkModeConflict finds network_mode beside networks, which Compose
// refuses, and network_mode beside ports.
//
// With the host's network, ports do nothing: the program has all of the host's
// ports already. In the network of another service or container Docker refuses
// them: publish the ports there.
//
// Silent where "!reset" takes one of them away, and for modes with variables.
//
// There is no fix: only the author knows which of the two is meant.
var ComposeNetworkModeConflict = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-network-mode-conflict",
		Title:    "network_mode excludes networks and ports",
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
		related := []lint.Related{{Span: s.Entry("network_mode").Span, Message: "the mode is set here"}}
		if isSet(s.Entry("networks")) && len(s.Networks()) > 0 {
			p.Report(lint.Finding{
				Span: s.Entry("networks").Key.Span, Variant: "networks", Related: related,
				Message: fmt.Sprintf("\"networks\" stands beside network_mode %q, and Compose refuses the file; keep one of them", shortText(mode.Text)),
			})
		}
		if !isSet(s.Entry("ports")) || len(s.PublishedPorts()) == 0 {
			continue
		}
		f := lint.Finding{Span: s.Entry("ports").Key.Span, Variant: "ports", Related: related}
		switch {
		case mode.Text == "host":
			f.Severity = lint.Warning
			f.Message = "\"ports\" do nothing with the host's network, where the program has every port; delete them, or the mode"
		case strings.HasPrefix(mode.Text, "service:"), strings.HasPrefix(mode.Text, "container:"):
			_, owner, _ := strings.Cut(mode.Text, ":")
			f.Message = fmt.Sprintf("\"ports\" are refused by Docker in the network of another container; publish them at %q", shortText(owner))
		default:
			continue
		}
		p.Report(f)
	}
}
