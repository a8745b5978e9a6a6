package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePortOnAllInterfaces reports ports that are published without an address, or
// on `0.0.0.0`.
//
// # Why it matters
//
// Docker publishes these ports in a way that bypasses the firewall of the host, so
// every machine in the network can connect to them.
//
// The rule is off by default, because a public port is often meant to be public, and
// the rule `compose-database-port-published` reports ports of databases.
//
// # How to fix it
//
// Publish a port that only the host needs on 127.0.0.1. Other services need no
// published port:
//
//	ports:
//	  - 127.0.0.1:8080:80
//
// # Exceptions
//
// It does not report:
//
//   - ports 80 and 443, and reverse proxies
//   - ports on a given address, or on an address that a variable sets
//   - services with `network_mode: host`
//   - override files for development
var ComposePortOnAllInterfaces = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-port-on-all-interfaces",
		Title:    "Port is published on every address of the host",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-5.14", "CL-0005", "OWASP-R5a", "dclint:no-unbound-port-interfaces", "kics:container_traffic_not_bound_to_host_interface"),
	},
	Check: checkComposePortOnAllInterfaces,
}

func checkComposePortOnAllInterfaces(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsFragment(p.Doc.Name) && facts.IsDevelopmentName(p.Doc.Name) {
		return
	}
	for _, s := range p.Doc.All() {
		if isReverseProxy(s) || s.Value("network_mode").Text == "host" {
			continue
		}
		for _, port := range s.PublishedPorts() {
			web := compose.PortRange{First: 80, Last: 80}
			tls := compose.PortRange{First: 443, Last: 443}
			if !isOpenPort(port) || port.Published.Overlaps(web) || port.Published.Overlaps(tls) {
				continue
			}
			p.Report(lint.Finding{
				Span:    port.Span,
				Message: fmt.Sprintf("this port of %q is published on all addresses of the host and bypasses the host's firewall; publish it on 127.0.0.1 unless other machines need it", shortText(s.Name)),
				Fixes:   loopbackFix(p.Doc, port),
			})
		}
	}
}
