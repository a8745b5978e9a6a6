package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromPlatformOfStage reports `FROM --platform` with the name of an earlier stage.
//
// # Why it matters
//
// The stage keeps the platform of its own `FROM`, and BuildKit ignores the flag
// (moby/buildkit issue 2946). The image has another platform than the file says.
//
// # How to fix it
//
// Set the flag on the `FROM` of that stage.
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the stage was meant to be built for
// another platform.
//
// # Exceptions
//
// It does not report stages whose own `FROM` has the flag too.
var FromPlatformOfStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-platform-of-stage",
		Title:    "--platform has no effect on a stage",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkFromPlatformOfStage,
}

func checkFromPlatformOfStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Parent == nil {
			continue
		}
		flag, ok := flagOf(s.From, "platform")
		if _, same := flagOf(s.Parent.From, "platform"); !ok || same {
			continue
		}
		p.Report(lint.Finding{
			Span:    flag.Span,
			Message: fmt.Sprintf("%s has no effect, because %s is a stage and keeps the platform of its own FROM; set the flag there", quoteShort(p.Doc.Text(flag.Span)), quoteShort(s.Parent.Name)),
			Related: []lint.Related{{Span: s.Parent.From.Head, Message: "this FROM sets the platform"}},
		})
	}
}
