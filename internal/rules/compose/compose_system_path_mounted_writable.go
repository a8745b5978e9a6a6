package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSystemPathMountedWritable finds writable mounts of folders from which
// the host runs programs or takes its settings: /, /etc, /root, /boot, /proc,
// /usr, /bin, /lib, /var/lib, /var/lib/docker, and those below that lead to
// root, as /etc/cron.d.
//
// Whoever writes there is root on the host at the next start. Mount the one file
// that is needed, and read-only.
//
// It is info, and excused, where a comment beside it gives the reason, or in files that are
// for development or trials by their name.
//
// Silent for read-only mounts, which another rule looks at, and for folders of
// one program below /etc and /var/lib.
var ComposeSystemPathMountedWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-system-path-mounted-writable",
		Title:    "A service can write where its host runs programs from",
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
				Message: fmt.Sprintf("%q is writable for %q, and whoever writes there is root on the host; mount what is needed of it, read-only", shortText(m.Source), shortText(s.Name)),
				Fixes:   readOnlyFix(p.Doc, m),
			}, false))
		}
	}
}

// ownsHost tells whether who writes a path is root on the host.
func ownsHost(name string) bool {
	switch name {
	case "/", "/etc", "/var/lib", "/var", "/var/lib/docker", "/var/lib/docker/volumes", "/var/lib/docker/containers", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers", "/etc/crontab", "/etc/ld.so.preload":
		return true
	}
	return isBelow(name, "/boot", "/proc", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local/bin", "/usr/local/sbin",
		"/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/sudoers.d", "/etc/systemd", "/etc/ssh", "/etc/pam.d", "/etc/profile.d", "/etc/init.d",
		"/var/lib/docker/overlay2", "/var/spool/cron", "/root/.ssh") || name == "/usr" || name == "/usr/local" || name == "/root"
}
