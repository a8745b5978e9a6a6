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

// ComposeCapabilitiesKept finds services without "cap_drop: [ALL]".
//
// Docker gives every container some fourteen capabilities of root, and most
// programs need none of them. Drop all, and add what the program asks for.
//
// Off by default: hardly a file drops them, and what the image needs is not in
// the file. There is one finding for the file; the option "per-service" makes
// one for each service. The fix adds what official images are known to need when
// they start as root.
//
// Silent for privileged services, in files that others complete, and for
// services that extend another.
var ComposeCapabilitiesKept = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-capabilities-kept",
		Title:    "Services keep capabilities that most do not need",
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
		message: "all of Docker's capabilities are kept by %s, and most programs need none; drop ALL, and add what is needed",
		title:   "drop all capabilities",
		keys:    []string{"cap_drop", "cap_add"},
		mend:    dropCapabilities,
	}
	for _, s := range wholeServices(p.Doc) {
		drops := s.Values("cap_drop")
		if s.Value("privileged").IsTrue() || hasUnknown(drops) || slices.ContainsFunc(drops, func(v compose.Value) bool { return strings.EqualFold(v.Text, "all") }) {
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
