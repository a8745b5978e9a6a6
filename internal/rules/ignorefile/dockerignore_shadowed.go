package ignorefile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignoreShadowed finds the ignore file of one Dockerfile that sends what
// the .dockerignore beside it keeps out: the one replaces the other, they do not
// add up.
//
// Repeat there what must never be sent.
//
// Silent where both keep out the same secrets, history and environments, and
// where the Dockerfile does not copy the whole context.
var DockerignoreShadowed = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-shadowed",
		Title:    "The ignore file of a Dockerfile drops what .dockerignore keeps out",
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
		Message: fmt.Sprintf("this file is read in place of .dockerignore, and does not keep out %s as that one does; repeat the patterns here", strings.Join(names, ", ")),
		Related: []lint.Related{{Source: source, Span: span, Message: "this does not count here"}},
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
