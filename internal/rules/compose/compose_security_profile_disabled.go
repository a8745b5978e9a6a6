package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSecurityProfileDisabled reports entries of `security_opt` that disable
// seccomp or AppArmor (`unconfined`), the labels of SELinux (`label:disable`), or the
// protection of system paths (`systempaths=unconfined`).
//
// Findings have severity info and a variant that ends in `-excused`:
//
//   - for agents that watch the host, and for programs on a GPU
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the entry gives the reason
//
// # Why it matters
//
// These profiles refuse system calls and files that break-outs from a container use.
// Without them, a vulnerability in the kernel or the engine is easier to exploit.
//
// # How to fix it
//
// Remove the entry, or use a profile of your own that allows what the program needs:
//
//	security_opt:
//	  - seccomp:./seccomp.json
//
// # Exceptions
//
// It does not report:
//
//   - profiles of your own, and other labels
//   - privileged services, which have no confinement anyway
//   - `label:disable` in a service that mounts the socket of the engine, which SELinux
//     otherwise refuses
var ComposeSecurityProfileDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-security-profile-disabled",
		Title:    "Service disables a security profile",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{
			"seccomp", "apparmor", "label", "systempaths",
			"seccomp-excused", "apparmor-excused", "label-excused", "systempaths-excused",
		},
		OptIn: []string{"seccomp-excused", "apparmor-excused", "label-excused", "systempaths-excused"},
		Aliases: []lint.Alias{
			{
				Name:     "CIS-5.2",
				Variants: []string{"apparmor", "apparmor-excused"},
			}, {Name: "CIS-5.3", Variants: []string{"label", "label-excused"}}, {Name: "CIS-5.22", Variants: []string{"seccomp", "seccomp-excused"}},
			{Name: "CL-0009"}, {Name: "OWASP-R6"},
			{Name: "kics:default_seccomp_profile_disabled", Variants: []string{"seccomp", "seccomp-excused"}}, {Name: "kics:seccomp_disabled", Variants: []string{"seccomp", "seccomp-excused"}},
			{Name: "semgrep:seccomp-confinement-disabled", Variants: []string{"seccomp", "seccomp-excused"}}, {Name: "semgrep:selinux-separation-disabled", Variants: []string{"label", "label-excused"}},
		},
	},
	Check: checkComposeSecurityProfileDisabled,
}

func checkComposeSecurityProfileDisabled(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		options := s.Values("security_opt")
		for _, v := range options {
			name, value, ok := strings.Cut(strings.ToLower(strings.ReplaceAll(v.Text, "=", ":")), ":")
			if !ok || !v.Known || !switchesOff(name, value) || isPrivileged(s) {
				continue
			}
			if name == "label" && mountsSocket(s) {
				continue
			}
			f := lint.Finding{
				Span: v.Span, Variant: name,
				Message: fmt.Sprintf("%q disables a protection that keeps programs in their container; remove it, or use a profile that allows what is needed", shortText(v.Raw)),
			}
			if len(options) == 1 {
				f.Fixes = deleteKey(s, "security_opt", "remove the entry")
			} else if s.Owns(s.Entry("security_opt")) {
				edits, ok := p.Doc.File.DeleteItem(v.Node)
				f.Fixes = yamlFix("remove the entry", lint.Unsafe, edits, ok, "services.*.security_opt")
			}
			onlyShown(f.Fixes)
			p.Report(weigh(p, f, watchesHost(s) || usesAccelerator(s)))
		}
	}
}

// switchesOff reports whether an option of security_opt takes a protection away.
func switchesOff(name, value string) bool {
	switch name {
	case "seccomp", "apparmor", "systempaths":
		return value == "unconfined"
	case "label":
		return value == "disable"
	}
	return false
}
