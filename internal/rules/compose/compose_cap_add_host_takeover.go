package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeCapAddHostTakeover finds ALL, SYS_ADMIN, SYS_MODULE and SYS_RAWIO in
// cap_add.
//
// Each of them is enough to take the host over: to mount its disks, load a
// module into its kernel, or write into its memory. Name the capability that is
// really needed.
//
// It is info, and excused, for agents that watch the host, for services with its
// /lib/modules, for SYS_ADMIN next to /dev/fuse, where a comment next to it gives the
// reason, and in files that are for development or trials by their name.
//
// Silent for other capabilities, which have their own rule, and for privileged
// services, which have them all.
//
// There is no fix: whether the program needs the capability is known only to those who run
// it.
var ComposeCapAddHostTakeover = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-cap-add-host-takeover",
		Title:    "A service is given a capability that leads to its host",
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
				Message: fmt.Sprintf("%q is enough for %q to take over its host; name the capability that it really needs", shortText(v.Raw), shortText(s.Name)),
			}, watchesHost(s) || loadsModules(s) || name == "SYS_ADMIN" && mountsByFUSE(s)))
		}
	})
}

// loadsModules tells whether a service has the kernel's modules of its host, to
// load one.
func loadsModules(s *facts.ComposeService) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Known && isBelow(m.Target, "/lib/modules") })
}

// eachCapability visits the capabilities that services add, by their name in
// capitals without CAP_ in front.
func eachCapability(d *facts.Compose, visit func(s *facts.ComposeService, v compose.Value, name string)) {
	for _, s := range d.All() {
		if isPrivileged(s) {
			continue // it has them all
		}
		for _, v := range s.Values("cap_add") {
			if v.Known {
				visit(s, v, strings.TrimPrefix(strings.ToUpper(v.Text), "CAP_"))
			}
		}
	}
}
