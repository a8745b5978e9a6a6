package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposePrivilegedService finds privileged services, and builds with the same.
//
// Such a container has every capability and every device of the host: whoever
// breaks out of the program in it has the machine. Grant the one capability or
// device that it needs.
//
// It is a warning where a comment next to it gives the reason, and info, and excused, for
// Docker in Docker, which does not work otherwise, for exporters of a GPU's figures, and in
// files for development, tests and demonstrations.
//
// Silent where a variable decides.
//
// There is no fix: which of the rights the program needs is known only to those who run
// it.
var ComposePrivilegedService = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-privileged-service",
		Title:    "A container is root on its host",
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
				Message: fmt.Sprintf("privileged makes %q root on its host; grant the capability (cap_add) or the device that it needs", shortText(s.Name)),
			}
			p.Report(weigh(p, f, runsEngine(p, s) || watchesHost(s) && usesAccelerator(s)))
		}
	}
}
