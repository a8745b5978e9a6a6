package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposePrivilegedService reports services and builds with `privileged: true`.
//
// Findings have severity info and the variant `excused`:
//
//   - for container engines, such as Docker in Docker, which do not work otherwise
//   - for services that start a whole system with systemd
//   - for programs that watch the GPUs of the host
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the line gives the reason
//
// # Why it matters
//
// A privileged container has every capability and every device of the host. Someone
// who takes over the program controls the whole machine.
//
// # How to fix it
//
// Remove `privileged`, and grant the one capability or device that the program needs:
//
//	cap_add:
//	  - NET_ADMIN
//	devices:
//	  - /dev/net/tun
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know which rights it needs.
//
// # Exceptions
//
// It does not report values from a variable without a default.
var ComposePrivilegedService = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-privileged-service",
		Title:    "Privileged container is root on the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CIS-5.5", "CL-0002", "OWASP-R3", "kics:privileged_containers_enabled", "semgrep:privileged-service"),
	},
	Check: checkComposePrivilegedService,
}

func checkComposePrivilegedService(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, section := range []string{"", "build"} {
			at, v := s.Entry("privileged"), s.Value("privileged")
			if section != "" {
				at, v = p.Doc.View.Pair(s.Get(section), "privileged"), s.Value(section, "privileged")
			}
			if at == nil || !v.IsTrue() {
				continue
			}
			f := lint.Finding{
				Span:    at.Span,
				Message: fmt.Sprintf("\"privileged\" makes %q root on the host; grant only the capability (cap_add) or the device that it needs", shortText(s.Name)),
			}
			p.Report(weigh(p, f, runsEngine(p, s) || runsSystemd(s) || (watchesHost(s) && usesAccelerator(s))))
		}
	}
}
