package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DeprecatedBaseImage finds base images whose makers have said that they will
// not go on with them.
//
// With --online also those whose tag latest nobody has built anew in four years.
var DeprecatedBaseImage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "deprecated-base-image",
		Title:    "The base image is given up",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkDeprecatedBaseImage,
}

func checkDeprecatedBaseImage(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || i.IsScratch() || i.Text == "" {
			continue
		}
		if years := facts.YearsOfLatest(p.Registry, i, constantPlatform(p.Doc, s)); years >= 4 {
			p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("the newest image of %s is %d years old, so faults that were found since are in it; use one that is kept up", quoteShort(i.Name()), years)})
			continue
		}
		if better := facts.Replacement(i.Name()); better != "" {
			p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is given up by its makers; use %s", quoteShort(i.Raw), better)})
		}
	}
}
