package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeNewPrivilegesAllowed reports services without `no-new-privileges` in
// `security_opt`, in one finding for the file, and services that set it to `false`.
// With a comment that gives the reason for `false`, the severity is info.
//
// # Why it matters
//
// A setuid program, such as `sudo` or `su`, runs with the rights of its owner. A
// vulnerability in one of them makes someone who took over the service root in the
// container. With `no-new-privileges`, the kernel does not give these rights.
//
// The rule is off by default, because most files do not set the option, and the file
// does not show whether an entrypoint needs such a program to change its user.
//
// # How to fix it
//
// Set the option:
//
//	security_opt:
//	  - no-new-privileges:true
//
// # Exceptions
//
// It does not report:
//
//   - privileged services
//   - services whose `security_opt` has a value from a variable without a default
//   - services with `extends`, and files that are merged with another Compose file
var ComposeNewPrivilegesAllowed = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-new-privileges-allowed",
		Title:    "Service can gain privileges through setuid programs",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.26", "CL-0003", "OWASP-R4", "kics:no_new_privileges_not_set", "semgrep:no-new-privileges"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeNewPrivilegesAllowed,
}

func checkComposeNewPrivilegesAllowed(p *facts.Pass[*facts.Compose]) {
	l := lacking{
		message: "%s can gain root privileges through setuid programs; add \"no-new-privileges:true\" to security_opt",
		title:   "set no-new-privileges",
		keys:    []string{"security_opt"},
		fix:     setNoNewPrivileges,
	}
	for _, s := range wholeServices(p.Doc) {
		if s.Value("privileged").IsTrue() || hasUnknown(s.Values("security_opt")) {
			continue
		}
		switch v, said := noNewPrivileges(s); {
		case !said:
			l.services = append(l.services, s)
		case v.Exists():
			f := lint.Finding{
				Span:    v.Span,
				Message: fmt.Sprintf("%q lets %q gain root privileges through setuid programs; set it to true", shortText(v.Raw), shortText(s.Name)),
			}
			if facts.HasReason(p.Doc.File, v.Span) {
				f.Severity = lint.Info
			}
			p.Report(f)
		}
	}
	l.report(p)
}

// noNewPrivileges reports whether a service sets the option; off is the
// entry that switches it off, zero where it is on.
func noNewPrivileges(s *facts.ComposeService) (off compose.Value, said bool) {
	for _, v := range s.Values("security_opt") {
		name, value, _ := strings.Cut(strings.ReplaceAll(v.Text, "=", ":"), ":")
		if name != "no-new-privileges" {
			continue
		}
		if value == "false" {
			return v, true
		}
		return compose.Value{}, true
	}
	return compose.Value{}, false
}

func setNoNewPrivileges(s *facts.ComposeService) ([]text.Edit, bool) {
	const option = "no-new-privileges:true"
	if edits, ok := addKey(s, "security_opt", "security_opt:\n  - "+option); ok {
		return edits, true
	}
	p := s.Entry("security_opt")
	if !s.Owns(p) || p.Value.Kind != yaml.Sequence {
		return nil, false
	}
	return s.File().File.Append(p.Value, option)
}
