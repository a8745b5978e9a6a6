package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDockerfileAndInline reports builds with both `dockerfile` and
// `dockerfile_inline`.
//
// # Why it matters
//
// Compose cannot know which Dockerfile to use, so it refuses the file.
//
// # How to fix it
//
// Keep one of the two keys.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which Dockerfile is the right one.
//
// # Exceptions
//
// It does not report a build in which `!reset` removes one of them.
var ComposeDockerfileAndInline = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-dockerfile-and-inline",
		Title:    "Build has both dockerfile and dockerfile_inline",
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
			Message: "\"dockerfile\" and \"dockerfile_inline\" are both set, so Compose refuses the file; keep one of them",
			Related: []lint.Related{{Span: file.Span, Message: "the path of the other Dockerfile"}},
		})
	}
}
