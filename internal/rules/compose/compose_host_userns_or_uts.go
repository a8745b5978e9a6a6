package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostUsernsOrUts reports `userns_mode`, `uts` and `cgroup` with the value
// `host`.
//
// # Why it matters
//
//   - With `userns_mode: host`, root in the container is root on the host, even if the
//     engine maps users.
//   - With `uts: host`, the container shares the host name, and can change it if it has the
//     capability SYS_ADMIN.
//   - With `cgroup: host`, the container sees the control groups of all containers.
//
// # How to fix it
//
// Remove the line.
//
// # Exceptions
//
// It does not report:
//
//   - other values, such as `private`
//   - privileged services
//   - `userns_mode: host` in a service that mounts the socket of the engine: if the engine
//     maps users, the service cannot open the socket without it
var ComposeHostUsernsOrUts = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-userns-or-uts",
		Title:    "Container shares a namespace of the host",
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
			if v.Text != "host" || isPrivileged(s) || (key == "userns_mode" && mountsSocket(s)) {
				continue
			}
			p.Report(lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q shares the %s namespace of the host, so it is less isolated from it; remove the line", shortText(s.Name), strings.TrimSuffix(key, "_mode")),
				Fixes:   deleteKey(s, key, "remove the line"),
			})
		}
	}
}
