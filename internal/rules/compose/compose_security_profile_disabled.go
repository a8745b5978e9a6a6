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
// It is info where a comment beside it gives the reason, or in files that are
// for development or trials by their name.
//
// Silent for profiles of one's own and for other labels.
var ComposeSecurityProfileDisabled = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-security-profile-disabled",
		Title:    "A service switches off its confinement",
		Category: lint.Security,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{"seccomp", "apparmor", "label", "systempaths"},
		Aliases: []lint.Alias{
			{Name: "CIS-5.2", Variants: []string{"apparmor"}}, {Name: "CIS-5.3", Variants: []string{"label"}}, {Name: "CIS-5.22", Variants: []string{"seccomp"}},
			{Name: "CL-0009"}, {Name: "OWASP-R6"},
			{Name: "kics:default_seccomp_profile_disabled", Variants: []string{"seccomp"}}, {Name: "kics:seccomp_disabled", Variants: []string{"seccomp"}},
			{Name: "semgrep:seccomp-confinement-disabled", Variants: []string{"seccomp"}}, {Name: "semgrep:selinux-separation-disabled", Variants: []string{"label"}},
		},
	},
	Check: checkComposeSecurityProfileDisabled,
}

func checkComposeSecurityProfileDisabled(p *lint.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		options := s.Values("security_opt")
		for _, v := range options {
			name, value, ok := strings.Cut(strings.ToLower(strings.ReplaceAll(v.Text, "=", ":")), ":")
			if !ok || !v.Known || !switchesOff(name, value) {
				continue
			}
			f := lint.Finding{
				Span: v.Span, Severity: exposure(p.Doc, v.Span, lint.Error), Variant: name,
				Message: fmt.Sprintf("%q switches off what keeps programs in their container; delete it, or name a profile that allows what is needed", shortText(v.Raw)),
			}
			if len(options) == 1 {
				f.Fixes = deleteKey(s, "security_opt", "delete the entry")
			} else if s.Owns(s.Entry("security_opt")) {
				edits, ok := p.Doc.File.DeleteItem(v.Node)
				f.Fixes = yamlFix("delete the entry", lint.Unsafe, edits, ok, "services.*.security_opt")
			}
			p.Report(f)
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
