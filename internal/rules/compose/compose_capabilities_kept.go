package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeCapabilitiesKept reports services without `cap_drop: [ALL]`, in one finding
// for the file.
//
// # Why it matters
//
// Docker gives every container about 14 of root's capabilities, and most programs need
// none of them. Someone who takes over the program can use them, for example to change
// the owner of files or to forge network packets.
//
// The rule is off by default, because few Compose files drop capabilities, and the
// file does not show which ones an image needs.
//
// # How to fix it
//
// Drop all capabilities, and add back those that the program needs:
//
//	cap_drop:
//	  - ALL
//	cap_add:
//	  - NET_BIND_SERVICE
//
// # Exceptions
//
// It does not report:
//
//   - privileged services
//   - services whose `cap_drop` has a value from a variable without a default
//   - services with `extends`, and files that are merged with another Compose file
var ComposeCapabilitiesKept = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-capabilities-kept",
		Title:    "Services do not drop Docker's default capabilities",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"hardening"},
		Aliases:  lint.Names("CIS-5.4", "CL-0006", "OWASP-R3", "kics:check_cap_add_cap_drop", "kics:container_capabilities_unrestricted"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeCapabilitiesKept,
}

func checkComposeCapabilitiesKept(p *facts.Pass[*facts.Compose]) {
	l := lacking{
		message: "%s keeps the default capabilities, which most programs do not need; add \"cap_drop: [ALL]\", then add back only what is needed",
		title:   "drop all capabilities",
		keys:    []string{"cap_drop", "cap_add"},
		fix:     dropCapabilities,
	}
	for _, s := range wholeServices(p.Doc) {
		drops := s.Values("cap_drop")
		if s.Value("privileged").IsTrue() || hasUnknown(drops) ||
			slices.ContainsFunc(drops, func(v compose.Value) bool { return strings.EqualFold(v.Text, "all") }) {
			continue
		}
		l.services = append(l.services, s)
	}
	l.report(p)
}

func dropCapabilities(s *facts.ComposeService) ([]text.Edit, bool) {
	if p := s.Entry("cap_drop"); p != nil {
		if !s.Owns(p) || p.Value.Kind != yaml.Sequence {
			return nil, false
		}
		return s.File().File.Append(p.Value, "ALL")
	}
	code := "cap_drop:\n  - ALL"
	if needed := neededCapabilities(s); len(needed) > 0 && s.Entry("cap_add") == nil {
		code += "\ncap_add:\n  - " + strings.Join(needed, "\n  - ")
	}
	return addKey(s, "cap_drop", code)
}

// neededCapabilities are those with which official images start as root and
// become another user (the entrypoints in the repositories of docker-library).
func neededCapabilities(s *facts.ComposeService) []string {
	needed, _ := images.Says(s.ImageBase(), images.Capabilities)
	return strings.Fields(needed)
}
