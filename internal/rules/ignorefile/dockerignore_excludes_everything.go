package ignorefile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreExcludesEverything finds a file that leaves out the whole context,
// though a Dockerfile copies from it: the build fails.
//
// Take what the build needs back in with "!" patterns below.
//
// Silent where no Dockerfile copies from the context.
//
// There is no fix: only the author knows which files the build needs.
var DockerignoreExcludesEverything = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-excludes-everything",
		Title:    "The whole context is left out",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreExcludesEverything,
}

func checkDockerignoreExcludesEverything(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	last := -1
	for i, pattern := range d.Patterns {
		switch {
		case pattern.Negated:
			last = -1
		case pattern.Cleaned == "*" || pattern.Cleaned == "**" || pattern.Cleaned == "**/*":
			last = i
		}
	}
	if last < 0 {
		return
	}
	for _, b := range p.Project.Builds(d) {
		copies := b.ContextCopies()
		if len(copies) == 0 {
			continue
		}
		p.Report(lint.Finding{
			Span:    d.Patterns[last].Span,
			Message: fmt.Sprintf("%q leaves out all files, so nothing is there to be copied; take back in what the build needs with \"!\" patterns below", d.Patterns[last].Text),
			Related: []lint.Related{{Source: b.Source, Span: copies[0].Instruction.Head, Message: "this copies from the context"}},
		})
		return
	}
}
