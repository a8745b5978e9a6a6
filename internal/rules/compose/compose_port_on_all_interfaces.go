package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePortOnAllInterfaces finds ports that are published without an address,
// or on 0.0.0.0.
//
// Docker opens them past the host's firewall. Publish on 127.0.0.1 what only the
// host needs, and use "expose", or nothing, for what only other services need.
//
// Off by default: a public port is often meant, and ports of databases have
// their own rule. Silent for ports 80 and 443, for reverse proxies, for
// addresses that are named or come from a variable, and in override files for
// development.
var ComposePortOnAllInterfaces = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-port-on-all-interfaces",
		Title:    "A port is published on every address of the host",
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
				Message: fmt.Sprintf("this port of %q is open on every address of the host, past its firewall; publish it on 127.0.0.1, unless everybody may have it", shortText(s.Name)),
				Fixes:   loopbackFix(p.Doc, port),
			})
		}
	}
}
