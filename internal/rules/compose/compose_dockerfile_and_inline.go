package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDockerfileAndInline finds a build with both dockerfile and
// dockerfile_inline. Compose refuses the file: keep one of them.
//
// Silent where "!reset" takes one of them away.
//
// There is no fix: only the author knows which of the two is meant.
var ComposeDockerfileAndInline = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dockerfile-and-inline",
		Title:    "A build has two Dockerfiles",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:dockerfile-inline"),
	},
	Check: checkComposeDockerfileAndInline,
}

func checkComposeDockerfileAndInline(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		if !ok {
			continue
		}
		file, inline := p.Doc.View.Pair(b.Node, "dockerfile"), p.Doc.View.Pair(b.Node, "dockerfile_inline")
		if file == nil || inline == nil || !isSet(file) || !isSet(inline) {
			continue
		}
		p.Report(lint.Finding{
			Span:    inline.Key.Span,
			Message: "\"dockerfile_inline\" stands beside \"dockerfile\", and Compose refuses the file; keep one of them",
			Related: []lint.Related{{Span: file.Span, Message: "the other one"}},
		})
	}
}
