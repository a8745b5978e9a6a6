package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePortInvalid reports ports that cannot be published:
//
//   - text that is not a number, and numbers outside of 1 to 65535
//   - a range that ends before it begins, and two ranges of different lengths
//   - an address that is not an IP address
//   - a protocol other than `tcp`, `udp` and `sctp`
//
// # Why it matters
//
// Compose refuses the file, so no service of it starts.
//
// # How to fix it
//
// Write the host port and the container port as numbers:
//
//	ports:
//	  - "127.0.0.1:8080:80/tcp"
//
// # Fix safety
//
// There is no automatic fix: only the author knows which port is the right one.
//
// # Exceptions
//
// It does not report ports that contain a variable.
var ComposePortInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-port-invalid",
		Title:    "Port is not valid",
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
			if !port.Known || (port.Problem == compose.PortFine && (port.Long || isProtocol(port.Protocol))) {
				continue
			}
			shown := "this port"
			if !port.Long {
				shown = fmt.Sprintf("%q", shortText(port.Value.Text))
			}
			why := ""
			switch port.Problem {
			case compose.PortFine:
				why = fmt.Sprintf("has the unknown protocol %q, so Compose refuses the file; write tcp, udp or sctp", shortText(port.Protocol))
			case compose.PortOutOfRange:
				why = "has a port outside of 1 to 65535, so Compose refuses the file; write a port in that range"
			case compose.PortReversed:
				why = "has a range that ends before it begins, so Compose refuses the file; write the lower port first"
			case compose.PortLengths:
				why = fmt.Sprintf("publishes %d host ports for %d container ports, so Compose refuses the file; write ranges of the same length", port.Published.Len(), port.Target.Len())
			case compose.PortBadAddress:
				why = fmt.Sprintf("has the host address %q, which is not an IP address, so Compose refuses the file; write an IP address", shortText(port.HostIP))
			case compose.PortTargetMissing:
				why = "names no port of the container, so Compose refuses the file; add it"
			default:
				why = "is not a port, so Compose refuses the file; write HOST:CONTAINER in numbers"
			}
			p.Report(lint.Finding{Span: port.Span, Message: shown + " " + why})
		}
	}
}

// isProtocol reports whether Docker publishes ports of a protocol.
func isProtocol(name string) bool { return name == "tcp" || name == "udp" || name == "sctp" }
