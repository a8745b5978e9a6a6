package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ReservedStageName finds stages named scratch or context.
//
// Docker gives both names a meaning of its own: the empty image, and the build
// context.
//
// Silent for names that only contain these words.
var ReservedStageName = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "reserved-stage-name",
		Title:    "A stage has a name with a meaning of its own",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3063", Severity: lint.Error}},
			lint.Names("ReservedStageName")...,
		),
	},
	Check: checkReservedStageName,
}

func checkReservedStageName(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Name == "scratch" || s.Name == "context" {
			p.Report(lint.Finding{
				Span:    s.NameSpan,
				Message: fmt.Sprintf("stage name %q has a meaning of its own in Docker; give the stage another name", p.Doc.Text(s.NameSpan)),
			})
		}
	}
}
