package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromPlatformOfStage finds FROM --platform with the name of a stage: the stage has the
// platform that its own FROM says (moby/buildkit issue 2946).
//
// Give the flag to the FROM of that stage.
var FromPlatformOfStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-platform-of-stage",
		Title:    "--platform does nothing for a stage",
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
			Message: fmt.Sprintf("%s does nothing here, since %s is a stage, which has the platform of its own FROM; give the flag to that one", quoteShort(p.Doc.Text(flag.Span)), quoteShort(s.Parent.Name)),
			Related: []lint.Related{{Span: s.Parent.From.Head, Message: "this FROM decides"}},
		})
	}
}
