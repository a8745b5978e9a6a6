package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeCapAddRisky finds capabilities in cap_add that Docker does not give by
// itself and that reach beyond the container: BPF, SYS_BOOT, PERFMON and SYS_TIME,
// and NET_ADMIN in the network of the host, are a warning.
//
// Delete the line if the program works without.
//
// It is info, and excused, for NET_ADMIN in a network of the container's own and for
// VPN programs; for SYS_PTRACE, DAC_READ_SEARCH, SYS_NICE, IPC_LOCK, LEASE and SYSLOG;
// for agents that watch the host, where a comment beside it gives the reason, and in
// files that are for development or trials by their name.
//
// Silent for Docker's own capabilities, NET_BIND_SERVICE, CHOWN and SETUID among
// them, and for privileged services, which have them all.
//
// There is no fix: whether the program needs the capability is known only to those who run
// it.
var ComposeCapAddRisky = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cap-add-risky",
		Title:    "A service is given a capability that reaches beyond its container",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.4", "CL-0011", "CL-0027", "CL-0028", "CL-0029", "CL-0030", "OWASP-R3"),
	},
	Check: checkComposeCapAddRisky,
}

func checkComposeCapAddRisky(p *facts.Pass[*facts.Compose]) {
	eachCapability(p.Doc, func(s *facts.ComposeService, v compose.Value, name string) {
		f := lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("%q reaches beyond the container; delete it if %q works without", shortText(v.Raw), shortText(s.Name)),
		}
		switch name {
		case "NET_ADMIN":
			f = weigh(p, f, isVPN(s) || s.Value("network_mode").Text != "host")
		case "BPF", "SYS_BOOT", "PERFMON", "SYS_TIME":
			f = weigh(p, f, watchesHost(s))
		case "SYS_PTRACE", "DAC_READ_SEARCH", "SYS_NICE", "IPC_LOCK", "LEASE", "SYSLOG":
			f = facts.Excuse(f)
		default:
			return
		}
		p.Report(f)
	})
}

// isVPN tells by its image whether a service's work is to set up networks.
func isVPN(s *facts.ComposeService) bool { return s.ImageSays(images.VPN) }
