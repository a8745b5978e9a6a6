package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePortInvalid finds ports that cannot be: no number, out of range, a range
// that ends before it begins, two ranges of different lengths, an address or a
// protocol that is none. Compose refuses the file.
//
// Silent for ports with variables.
//
// There is no fix: only the author knows which port is meant.
var ComposePortInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-port-invalid",
		Title:    "A port cannot be published as it is written",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:ports"),
	},
	Check: checkComposePortInvalid,
}

func checkComposePortInvalid(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, port := range s.PublishedPorts() {
			if !port.Known || port.Problem == compose.PortFine && (port.Long || isProtocol(port.Protocol)) {
				continue
			}
			shown := "this port"
			if !port.Long {
				shown = fmt.Sprintf("%q", shortText(port.Value.Text))
			}
			why := ""
			switch port.Problem {
			case compose.PortFine:
				why = fmt.Sprintf("has the protocol %q, which is none; write tcp, udp or sctp", shortText(port.Protocol))
			case compose.PortOutOfRange:
				why = "has a port that is none; ports go from 1 to 65535"
			case compose.PortReversed:
				why = "has a range that ends before it begins; write the lower port first"
			case compose.PortLengths:
				why = fmt.Sprintf("publishes %d ports of the host for %d of the container; write ranges of one length", port.Published.Len(), port.Target.Len())
			case compose.PortBadAddress:
				why = fmt.Sprintf("has %q for the host's address, which is none; write an IP address", shortText(port.HostIP))
			case compose.PortTargetMissing:
				why = "names no port of the container; add it"
			default:
				why = "is no port; write HOST:CONTAINER in numbers"
			}
			p.Report(lint.Finding{Span: port.Span, Message: shown + " " + why})
		}
	}
}

// isProtocol tells whether Docker publishes ports of a protocol.
func isProtocol(name string) bool { return name == "tcp" || name == "udp" || name == "sctp" }
