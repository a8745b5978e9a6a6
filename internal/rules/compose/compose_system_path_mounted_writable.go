package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSystemPathMountedWritable reports writable mounts of folders from which the
// host runs programs or reads its settings: `/`, `/etc`, `/root`, `/boot`, `/proc`,
// `/usr`, `/bin`, `/lib`, `/var/lib`, `/var/lib/docker`, and folders below them that
// lead to root, such as `/etc/cron.d`.
//
// Findings have severity info and the variant `excused` in files for development,
// tests, demonstrations or exercises, and where a comment next to the mount gives the
// reason.
//
// # Why it matters
//
// A process that can write there can add a program or a job that the host runs as
// root. Someone who takes over the container then controls the host.
//
// # How to fix it
//
// Mount only the file or folder that the program needs, and read-only:
//
//	volumes:
//	  - /etc/localtime:/etc/localtime:ro
//
// # Exceptions
//
// It does not report:
//
//   - read-only mounts, which the rule `compose-sensitive-path-mounted` checks
//   - folders of one program below `/etc` and `/var/lib`
var ComposeSystemPathMountedWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-system-path-mounted-writable",
		Title:    "Container can write to system folders of the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.6", "CL-0025", "kics:volume_has_sensitive_host_directory"),
	},
	Check: checkComposeSystemPathMountedWritable,
}

func checkComposeSystemPathMountedWritable(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, m := range s.AllMounts() {
			name, ok := hostPath(m)
			if !ok || m.ReadOnly || !ownsHost(name) {
				continue
			}
			p.Report(weigh(p, lint.Finding{
				Span:    m.Span,
				Message: fmt.Sprintf("%[2]q can write to %[1]q of the host, so a process in it can become root on the host; mount only what is needed, read-only", shortText(m.Source), shortText(s.Name)),
				Fixes:   readOnlyFix(p.Doc, m),
			}, false))
		}
	}
}
