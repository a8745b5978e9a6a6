package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDeprecatedImage finds images whose makers have said that they will not
// go on with them.
//
// With --online also those whose tag latest nobody has built anew in four years.
//
// Silent for images that are built.
var ComposeDeprecatedImage = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deprecated-image",
		Title:    "An image is given up",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkComposeDeprecatedImage,
}

func checkComposeDeprecatedImage(p *lint.Pass[*facts.Compose]) {
	for _, x := range p.Doc.ImageSites() {
		if x.Local {
			continue
		}
		f := weigh(p.Doc, lint.Finding{Span: x.Image.Span}, false)
		if years := facts.YearsOfLatest(p.Registry, x.Image, platformOf(x)); years >= 4 {
			f.Message = fmt.Sprintf("the newest image of %q is %d years old, so faults that were found since are in it; use one that is kept up", shortText(x.Image.Name()), years)
			p.Report(f)
			continue
		}
		if better := facts.Replacement(x.Image.Name()); better != "" {
			f.Message = fmt.Sprintf("%s is given up by its makers; use %s", shownSite(x), better)
			p.Report(f)
		}
	}
}
