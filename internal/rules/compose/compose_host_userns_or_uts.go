package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostUsernsOrUts finds userns_mode, uts and cgroup with the value
// "host".
//
// With userns_mode, root in the container is root on a host that maps users;
// with uts it can change the host's name, with cgroup it sees the limits of all.
// Delete the line.
//
// Silent for private forms, where nothing is said, for privileged services, and for
// userns_mode beside a mount of the engine's socket, which an engine that maps users
// keeps from others.
var ComposeHostUsernsOrUts = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-userns-or-uts",
		Title:    "A service opts out of a namespace of its own",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-5.21", "CIS-5.31", "kics:shared_host_user_namespace"),
	},
	Check: checkComposeHostUsernsOrUts,
}

func checkComposeHostUsernsOrUts(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, key := range []string{"userns_mode", "uts", "cgroup"} {
			v := s.Value(key)
			if v.Text != "host" || isPrivileged(s) || key == "userns_mode" && mountsSocket(s) {
				continue
			}
			p.Report(lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q shares the %s namespace of its host; delete the line", shortText(s.Name), strings.TrimSuffix(key, "_mode")),
				Fixes:   deleteKey(s, key, "delete the line"),
			})
		}
	}
}
