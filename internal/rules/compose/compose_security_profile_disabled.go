package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSecurityProfileDisabled finds security_opt with seccomp or AppArmor
// unconfined, labels disabled, or system paths unconfined.
//
// These profiles refuse the system calls and files that break-outs use. Delete
// the entry, or name a profile that allows what is needed.
//
// It is info, and excused, for agents that watch the host, where a comment beside it gives the reason, or in files that are
// for development or trials by their name.
//
// Silent for profiles of one's own and for other labels, for privileged services,
// which have no confinement anyway, and for labels beside the socket of a container
// engine, which SELinux keeps from a container with labels.
var ComposeSecurityProfileDisabled = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-security-profile-disabled",
		Title:    "A service switches off its confinement",
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
			{Name: "CIS-5.2", Variants: []string{"apparmor", "apparmor-excused"}}, {Name: "CIS-5.3", Variants: []string{"label", "label-excused"}}, {Name: "CIS-5.22", Variants: []string{"seccomp", "seccomp-excused"}},
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
			if !ok || !v.Known || !switchesOff(name, value) || isPrivileged(s) || name == "label" && mountsSocket(s) {
				continue
			}
			f := lint.Finding{
				Span: v.Span, Variant: name,
				Message: fmt.Sprintf("%q switches off what keeps programs in their container; delete it, or name a profile that allows what is needed", shortText(v.Raw)),
			}
			if len(options) == 1 {
				f.Fixes = deleteKey(s, "security_opt", "delete the entry")
			} else if s.Owns(s.Entry("security_opt")) {
				edits, ok := p.Doc.File.DeleteItem(v.Node)
				f.Fixes = yamlFix("delete the entry", lint.Unsafe, edits, ok, "services.*.security_opt")
			}
			onlyShown(f.Fixes)
			p.Report(weigh(p, f, watchesHost(s) || usesAccelerator(s)))
		}
	}
}

// switchesOff tells whether an option of security_opt takes a protection away.
func switchesOff(name, value string) bool {
	switch name {
	case "seccomp", "apparmor", "systempaths":
		return value == "unconfined"
	case "label":
		return value == "disable"
	}
	return false
}
