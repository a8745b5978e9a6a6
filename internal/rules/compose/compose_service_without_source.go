package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeServiceWithoutSource finds a service with neither image nor build nor
// provider. Compose refuses the file.
//
// Silent where another file may complete it: in a file that Compose does not find
// by its name, beside other Compose files, with "include", where more than a third of
// the services have none, and for services that extend another.
//
// There is no fix: only the author knows which image is meant.
var ComposeServiceWithoutSource = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-without-source",
		Title:    "A service has no image and no build",
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
	if !hasDefaultName(d) || d.Includes() || len(d.File.Documents) != 1 || d.File.Err != nil || d.Endless() != nil {
		return
	}
	if names, known := siblings(p); !known || len(names) > 0 {
		return
	}
	var lacking []*facts.ComposeService
	for _, s := range d.All() {
		if s.HasSource() || s.Node == nil && !s.Pair.Value.IsNull() {
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
			Message: fmt.Sprintf("the service %q has neither an image nor a build, and Compose refuses the file; add one of them", shortText(s.Name)),
		})
	}
}
