package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHostGatewayMissing reports services that use `host.docker.internal` in their
// environment or command, without an entry for it in `extra_hosts`.
//
// # Why it matters
//
// Docker Desktop knows the name, but Docker Engine on Linux does not. The project
// works on its author's machine and fails on a Linux server or in CI.
//
// # How to fix it
//
// Add the name, which does no harm on Docker Desktop:
//
//	extra_hosts:
//	  - host.docker.internal:host-gateway
//
// # Exceptions
//
// It does not report:
//
//   - values that contain a variable, and the defaults of variables
//   - services with `network_mode`
//   - services with `extends`, and files that are merged with another Compose file
var ComposeHostGatewayMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-gateway-missing",
		Title:    "host.docker.internal has no address on Linux",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHostGatewayMissing,
}

func checkComposeHostGatewayMissing(p *facts.Pass[*facts.Compose]) {
	const host = "host.docker.internal"
	seen := map[text.Span]bool{}
	for _, s := range wholeServices(p.Doc) {
		if s.Has("network_mode") || strings.Contains(hostsText(p.Doc, s), host) {
			continue
		}
		var values []compose.Value
		for _, kv := range s.Env() {
			values = append(values, kv.Value)
		}
		values = append(values, s.Command().Words...)
		for _, v := range values {
			if !v.Exists() || !namesWord(v.Raw, host) || strings.Contains(v.Raw, "$") || seen[v.Span] {
				continue
			}
			seen[v.Span] = true
			p.Report(lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q has no address on Docker Engine for Linux, so the connection fails there; add %q to extra_hosts", host, host+":host-gateway"),
			})
			break
		}
	}
}

// namesWord reports whether a text has a name that is no part of a longer one.
func namesWord(s, name string) bool {
	at := strings.Index(s, name)
	if at < 0 {
		return false
	}
	return at == 0 || strings.ContainsRune("/@=,: ", rune(s[at-1]))
}

// hostsText is extra_hosts as it is written.
func hostsText(d *facts.Compose, s *facts.ComposeService) string {
	pair := s.Entry("extra_hosts")
	if pair == nil || pair.Value == nil {
		return ""
	}
	n := pair.Value.Resolve()
	return string(d.Src[n.Span.Start:n.Span.End])
}
