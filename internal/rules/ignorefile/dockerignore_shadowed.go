package ignorefile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignoreShadowed reports ignore files of a single Dockerfile that do not exclude
// what the `.dockerignore` in the context excludes.
//
// # Why it matters
//
// Docker reads only one ignore file. `NAME.dockerignore` replaces `.dockerignore`, so a
// build with this Dockerfile copies secrets, the git history or local environments that
// the author wanted to exclude.
//
// # How to fix it
//
// Repeat the patterns in this file:
//
//	.env
//	.git
//
// # Exceptions
//
// It does not report:
//
//   - files that exclude the same secrets, history and environments
//   - Dockerfiles that do not copy the whole context
var DockerignoreShadowed = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-shadowed",
		Title:    "Ignore file of a Dockerfile lacks patterns of .dockerignore",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreShadowed,
}

func checkDockerignoreShadowed(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	if _, _, ok := p.Project.WholeCopy(d); !ok || d.Name == ".dockerignore" {
		return
	}
	src, err := p.Project.Files(d).ReadFile(".dockerignore")
	if err != nil {
		return
	}
	source := lint.NewSource(p.Project.Files(d).Path(".dockerignore"), src)
	other := ignorefile.ParseIndexed(src, source.Lines)
	var names, lines []string
	var span text.Span
	for _, name := range []string{".env", ".git", ".venv", "node_modules"} {
		decides, ignored := other.Ignored(name)
		if !ignored || decides == nil || !d.Sent(name) {
			continue
		}
		if len(names) == 0 {
			span = decides.Span
		}
		names, lines = append(names, fmt.Sprintf("%q", name)), append(lines, name)
	}
	if len(names) == 0 {
		return
	}
	p.Report(lint.Finding{
		Span:    place(d),
		Message: fmt.Sprintf("this file replaces .dockerignore and does not exclude %s as that file does; repeat the patterns here", text.List(names, "and")),
		Related: []lint.Related{{Source: source, Span: span, Message: "this pattern has no effect here"}},
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
