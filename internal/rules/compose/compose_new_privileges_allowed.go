package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeNewPrivilegesAllowed finds services without no-new-privileges in
// security_opt.
//
// A fault in a program of another user's rights (setuid, sudo) then leads to
// root in the container. With no-new-privileges it does not.
//
// Off by default: most files lack it, and whether an entrypoint changes its user
// by such a program is not in the file. There is one finding for the file; the
// option "per-service" makes one for each service.
//
// It is info where a comment gives the reason for "no-new-privileges:false".
// Silent for privileged services, in files that others complete, and for
// services that extend another.
var ComposeNewPrivilegesAllowed = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-new-privileges-allowed",
		Title:    "Programs may gain rights that the service was not given",
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
		message: "%s may gain rights by setuid programs; set no-new-privileges",
		title:   "set no-new-privileges",
		keys:    []string{"security_opt"},
		mend:    setNoNewPrivileges,
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
				Message: fmt.Sprintf("%q lets programs of %q gain rights by setuid; set it to true", shortText(v.Raw), shortText(s.Name)),
			}
			if facts.HasReason(p.Doc.File, v.Span) {
				f.Severity = lint.Info
			}
			p.Report(f)
		}
	}
	l.report(p)
}

// noNewPrivileges tells whether a service says something about it; off is the
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

func hasUnknown(values []compose.Value) bool {
	return slices.ContainsFunc(values, func(v compose.Value) bool { return !v.Known })
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
