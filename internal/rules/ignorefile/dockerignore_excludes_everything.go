package ignorefile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreExcludesEverything reports ignore files whose patterns exclude all files,
// although a Dockerfile copies from the build context.
//
// # Why it matters
//
// Docker sends no files, so the `COPY` fails with "not found" and the build stops.
//
// # How to fix it
//
// Add exceptions for the files that the build needs:
//
//	*
//	!src
//	!package.json
//
// # Fix safety
//
// There is no automatic fix: only the author knows which files the build needs.
//
// # Exceptions
//
// It does not report:
//
//   - builds in which no Dockerfile copies from the context
//   - ignore files with an exception below the pattern
var DockerignoreExcludesEverything = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-excludes-everything",
		Title:    "Ignore file excludes the whole build context",
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
			Message: fmt.Sprintf("%q excludes all files, so the build cannot copy any; add \"!\" patterns below it for the files that the build needs", d.Patterns[last].Text),
			Related: []lint.Related{{Source: b.Source, Span: copies[0].Instruction.Head, Message: "this instruction copies from the build context"}},
		})
		return
	}
}
