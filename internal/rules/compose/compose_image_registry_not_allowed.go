package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeImageRegistryNotAllowed finds images of registries that the
// configuration does not trust (registries.trusted).
//
// A name without a registry is one of docker.io. A star at either end of an
// entry stands for anything.
//
// Silent for images that are built, and where a variable decides which registry
// it is.
var ComposeImageRegistryNotAllowed = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-image-registry-not-allowed",
		Title:    "The registry of an image is not on the list",
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
			// The registry stands in front of the first slash.
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
			Message: fmt.Sprintf("%q comes from %s, which is not one of the trusted registries (%s); use an image of these", shortText(i.Raw), shortText(registry), strings.Join(trusted, ", ")),
		})
	}
}
