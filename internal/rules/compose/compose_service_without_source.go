package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeServiceWithoutSource reports services with none of `image`, `build` and
// `provider`.
//
// # Why it matters
//
// Compose does not know which image to run, so it refuses the file.
//
// # How to fix it
//
// Add an image or a build:
//
//	web:
//	  image: nginx:1.29
//
// # Fix safety
//
// There is no automatic fix: only the author knows which image the service should run.
//
// # Exceptions
//
// It does not report:
//
//   - files that another file can complete: other names than Compose's own, other
//     Compose files in the folder, or `include`
//   - files in which more than a third of the services have no source
//   - services that extend another service
var ComposeServiceWithoutSource = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-without-source",
		Title:    "Service has no image and no build",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:neither-image-nor-build"),
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeServiceWithoutSource,
}

func checkComposeServiceWithoutSource(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if !hasDefaultName(d) || d.Includes() || len(d.File.Documents) != 1 || d.File.Err != nil {
		return
	}
	if d.Endless() != nil {
		return
	}
	if names, known := siblings(p); !known || len(names) > 0 {
		return
	}
	var lacking []*facts.ComposeService
	for _, s := range d.All() {
		if s.HasSource() || (s.Node == nil && !s.Pair.Value.IsNull()) {
			continue
		}
		lacking = append(lacking, s)
	}
	// Where many have none, the file completes one that lies elsewhere.
	if whole := len(d.All()) - len(lacking); len(lacking) == 0 || whole < 2*len(lacking) || namedAbove(p) || isJoined(p) {
		return
	}
	for _, s := range lacking {
		p.Report(lint.Finding{
			Span:    s.Span(),
			Message: fmt.Sprintf("service %q has neither image nor build, so Compose refuses the file; add one of them", shortText(s.Name)),
		})
	}
}
