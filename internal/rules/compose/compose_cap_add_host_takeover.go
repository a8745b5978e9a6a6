package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeCapAddHostTakeover reports `ALL`, `SYS_ADMIN`, `SYS_MODULE` and `SYS_RAWIO`
// in `cap_add`.
//
// Findings have severity info and the variant `excused`:
//
//   - for agents that watch the host
//   - for services that mount `/lib/modules` of the host, and for `SYS_MODULE` in VPN
//     programs
//   - for `SYS_ADMIN` in a service with the device `/dev/fuse`, which cannot mount
//     without it
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the capability gives the reason
//
// # Why it matters
//
// Each of these capabilities is enough to take over the host. A process in the
// container can mount the disks of the host, load a kernel module, or write to the
// memory of the host.
//
// # How to fix it
//
// Replace it with the capability that the program needs:
//
//	cap_add:
//	  - NET_BIND_SERVICE
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know which capability it needs.
//
// # Exceptions
//
// It does not report:
//
//   - other capabilities; the rule `compose-cap-add-risky` reports some of them
//   - privileged services, which have all capabilities; the rule
//     `compose-privileged-service` reports them
var ComposeCapAddHostTakeover = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cap-add-host-takeover",
		Title:    "Capability lets the container take over the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.4", "CL-0024", "OWASP-R3"),
	},
	Check: checkComposeCapAddHostTakeover,
}

func checkComposeCapAddHostTakeover(p *facts.Pass[*facts.Compose]) {
	eachCapability(p.Doc, func(s *facts.ComposeService, v compose.Value, name string) {
		if slices.Contains([]string{"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO"}, name) {
			p.Report(weigh(p, lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q lets %q take over the host; add only the capability that the program needs", shortText(v.Raw), shortText(s.Name)),
			}, watchesHost(s) || loadsModules(s) || (name == "SYS_MODULE" && isVPN(s)) || (name == "SYS_ADMIN" && mountsByFUSE(s)) || hasReasonAboveList(p, s)))
		}
	})
}

// hasReasonAboveList reports whether the comment above the list of capabilities says what
// they are for.
func hasReasonAboveList(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	entry := s.Entry("cap_add")
	return entry != nil && facts.HasReason(p.Doc.File, entry.Span)
}

// loadsModules reports whether a service has the kernel's modules of its host, to
// load one.
func loadsModules(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Known && isBelow(m.Target, "/lib/modules") })
}
