package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeCapAddRisky reports capabilities in `cap_add` that Docker does not give by
// default and that reach beyond the container. `BPF`, `PERFMON`, `SYS_BOOT` and
// `SYS_TIME` are warnings, and so is `NET_ADMIN` in the network of the host.
//
// Findings have severity info and the variant `excused`:
//
//   - for `NET_ADMIN` in a network of the container, and in VPN programs
//   - for `SYS_PTRACE`, `DAC_READ_SEARCH`, `SYS_NICE`, `IPC_LOCK`, `LEASE` and
//     `SYSLOG`
//   - for agents that watch the host
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the capability gives the reason
//
// # Why it matters
//
// A process with these capabilities can change what the host shares with the
// container, such as its clock or its network. Someone who takes over the program gets
// the same rights.
//
// # How to fix it
//
// Remove the line if the program works without it.
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know whether it needs the
// capability.
//
// # Exceptions
//
// It does not report:
//
//   - capabilities that Docker gives by default, such as `NET_BIND_SERVICE`, `CHOWN`
//     and `SETUID`
//   - capabilities that the rule `compose-cap-add-host-takeover` reports
//   - privileged services, which have all capabilities
var ComposeCapAddRisky = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cap-add-risky",
		Title:    "Capability reaches beyond the container",
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
			Message: fmt.Sprintf("%q gives %q rights beyond its container; remove the capability if the program works without it", shortText(v.Raw), shortText(s.Name)),
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
