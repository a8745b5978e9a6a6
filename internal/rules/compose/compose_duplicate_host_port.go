package compose

import (
	"fmt"
	"net/netip"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeDuplicateHostPort reports a host port that two services publish, or that one
// service publishes for two container ports.
//
// In files of examples, findings have severity info and the variant `excused` if the two
// services have the same image: people start one of them by its name.
//
// # Why it matters
//
// Only one container can use a host port. The second one does not start ("port is already
// allocated").
//
// # How to fix it
//
// Publish one of the services on another port:
//
//	ports:
//	  - 8081:80
//
// # Fix safety
//
// There is no automatic fix: clients reach the services by these ports, and only the author
// knows which one can change.
//
// # Exceptions
//
// It does not report:
//
//   - different protocols or addresses
//   - a range of ports of which Docker takes a free one
//   - the same entry twice in one service, which Compose joins
//   - services whose profiles are never active together, and services with `replicas: 0`
//   - services with a `network_mode` other than `bridge`
//   - ports that contain a variable
var ComposeDuplicateHostPort = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-host-port",
		Title:    "Two services publish the same host port",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("dclint:no-duplicate-exported-ports"),
	},
	Check: checkComposeDuplicateHostPort,
}

// hostPort is a published port with its service.
type hostPort struct {
	compose.Port
	service *facts.ComposeService
}

func checkComposeDuplicateHostPort(p *facts.Pass[*facts.Compose]) {
	var taken []hostPort
	left := maxPortPairs
	isShown := p.Doc.Purposes(p.Project).Are(facts.Example, facts.Demonstration)
	for _, s := range p.Doc.All() {
		if mode := s.Value("network_mode"); mode.Exists() && mode.Text != "bridge" {
			continue
		}
		if n, known := s.Replicas(); known && n == 0 {
			continue
		}
		for _, port := range s.PublishedPorts() {
			if !port.Known || port.Problem != compose.PortFine || port.Published.Len() == 0 || port.Published.Len() != port.Target.Len() {
				continue
			}
			mine := hostPort{port, s}
			for i := range taken {
				if left--; left < 0 {
					return
				}
				other := &taken[i]
				if !port.Published.Overlaps(other.Published) || !mine.collides(other) {
					continue
				}
				shared := max(port.Published.First, other.Published.First)
				f := lint.Finding{
					Span:    port.Span,
					Message: fmt.Sprintf("port %d of the host is already published by %q, so one of the containers does not start; publish another port", shared, shortText(other.service.Name)),
					Related: []lint.Related{{Span: other.Span, Message: "the port is already published here"}},
				}
				if isShown && isAlternative(mine, other) {
					f = facts.Excuse(f)
				}
				p.Report(f)
				break
			}
			taken = append(taken, mine)
		}
	}
}

// isAlternative reports whether two services run one image and serve one port, so that
// people start one or the other by its name.
func isAlternative(a hostPort, b *hostPort) bool {
	first, ok := a.service.Image()
	second, known := b.service.Image()
	return ok && known && a.service != b.service && first.Raw == second.Raw && a.Target == b.Target
}

// maxPortPairs is how many pairs of ports are compared: those of a file with a
// thousand of them.
const maxPortPairs = 500_000

func (h hostPort) collides(other *hostPort) bool {
	if h.Protocol != other.Protocol || !sameAddress(h.HostIP, other.HostIP) || !h.service.MayRunWith(other.service) {
		return false
	}
	// Compose joins what a service has twice.
	same := h.service == other.service && h.Published == other.Published && h.Target == other.Target && h.HostIP == other.HostIP
	return !same
}

// sameAddress reports whether a port cannot be published on both addresses. An
// empty one stands for all, those of IPv4 and of IPv6.
func sameAddress(a, b string) bool {
	if a == "" || b == "" || a == b {
		return true
	}
	first, errA := netip.ParseAddr(localAddress(a))
	second, errB := netip.ParseAddr(localAddress(b))
	if errA != nil || errB != nil || first.Is4() != second.Is4() {
		return false
	}
	return first == second || first.IsUnspecified() || second.IsUnspecified()
}

func localAddress(host string) string {
	if host == "localhost" {
		return "127.0.0.1"
	}
	return host
}
