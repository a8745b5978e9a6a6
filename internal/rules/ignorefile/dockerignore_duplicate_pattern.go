package ignorefile

import (
	"bytes"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// DockerignoreDuplicatePattern finds patterns that stand there twice.
//
// The second one does nothing; delete it.
//
// Silent where a pattern that takes files back in, or leaves them out again,
// stands between the two.
var DockerignoreDuplicatePattern = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-duplicate-pattern",
		Title:    "The same pattern comes twice",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
	},
	Check: checkDockerignoreDuplicatePattern,
}

func checkDockerignoreDuplicatePattern(p *facts.Pass[*facts.IgnoreFile]) {
	seen := map[string]*ignorefile.Pattern{}
	negated := false
	for _, pattern := range p.Doc.Patterns {
		// What stands on the other side of a change of sign is another list.
		if pattern.Negated != negated {
			clear(seen)
			negated = pattern.Negated
		}
		first, again := seen[pattern.Cleaned]
		if !again {
			seen[pattern.Cleaned] = pattern
			continue
		}
		p.Report(lint.Finding{
			Span:    pattern.Span,
			Message: fmt.Sprintf("%q stands there already; delete the line", pattern.Text),
			Related: []lint.Related{{Span: first.Span, Message: "it stands here first"}},
			Fixes:   deleteDuplicate(p.Doc, pattern),
		})
	}
}

// deleteDuplicate deletes the line, unless a comment stands on it, which would be
// about the next pattern then.
func deleteDuplicate(d *facts.IgnoreFile, pattern *ignorefile.Pattern) []lint.Fix {
	if pattern.Line > 1 {
		if above := d.Physical[pattern.Line-2]; bytes.HasPrefix(d.Src[above.Text:above.TextEnd], []byte("#")) {
			return nil
		}
	}
	return []lint.Fix{{Title: "delete the line", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{deleteLine(d, pattern)}}}
}
