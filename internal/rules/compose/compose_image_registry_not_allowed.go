package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeImageRegistryNotAllowed reports images from registries that are not in the
// setting `registries.trusted`. A name without a registry means `docker.io`. A star at
// the beginning or the end of an entry matches any text.
//
// # Why it matters
//
// Images from other registries bypass the checks that your organization makes on its
// registries, and can disappear or change without notice.
//
// # How to fix it
//
// Use the image from a trusted registry, or add its registry to `registries.trusted`.
//
// # Exceptions
//
// It does not report:
//
//   - images that Compose builds
//   - images whose registry depends on a variable
var ComposeImageRegistryNotAllowed = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-registry-not-allowed",
		Title:    "Image comes from a registry that is not trusted",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  lint.Names("OWASP-R13"),
		Needs:    lint.NeedsSettings,
		Requires: []string{"registries.trusted"},
	},
	Check: checkComposeImageRegistryNotAllowed,
}

func checkComposeImageRegistryNotAllowed(p *facts.Pass[*facts.Compose]) {
	trusted := p.Settings.TrustedRegistries
	if len(trusted) == 0 {
		return
	}
	for _, s := range p.Doc.All() {
		i, ok := s.Image()
		if !ok || s.Has("build") || strings.HasPrefix(i.Raw, "$") || p.Doc.Builds(i) {
			continue
		}
		if !i.Known {
			// The registry is the part in front of the first slash.
			host, _, found := strings.Cut(i.Raw, "/")
			if !found || strings.Contains(host, "$") {
				continue
			}
			i.Registry = facts.ParseImage(host + "/x").Registry
		}
		registry := i.Registry
		if registry == "" {
			registry = "docker.io"
		}
		if facts.IsTrustedRegistry(trusted, registry) {
			continue
		}
		p.Report(lint.Finding{
			Span:    i.Span,
			Message: fmt.Sprintf("%q comes from %s, which is not a trusted registry (%s); use an image from one of these", shortText(i.Raw), shortText(registry), strings.Join(trusted, ", ")),
		})
	}
}
