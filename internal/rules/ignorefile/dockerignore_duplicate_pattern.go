package ignorefile

import (
	"bytes"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// DockerignoreDuplicatePattern reports patterns of an ignore file that another line
// already contains.
//
// # Why it matters
//
// The second line has no effect. A reader may change one of the two and wonder why nothing
// happens.
//
// The rule is off by default, because the files that Docker sends are the same.
//
// # How to fix it
//
// Delete the second line.
//
// # Exceptions
//
// It does not report:
//
//   - a pattern that follows after an exception (`!`) or after the patterns that an
//     exception interrupts, because the order then matters
var DockerignoreDuplicatePattern = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-duplicate-pattern",
		Title:    "Pattern is listed twice",
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
		// The patterns before a change of sign are another list.
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
			Message: fmt.Sprintf("%q is already in the file, so this line has no effect; delete it", pattern.Text),
			Related: []lint.Related{{Span: first.Span, Message: "the first line with this pattern"}},
			Fixes:   deleteDuplicate(p.Doc, pattern),
		})
	}
}

// deleteDuplicate deletes the line, unless there is a comment above it, which would then
// belong to the next pattern.
func deleteDuplicate(d *facts.IgnoreFile, pattern *ignorefile.Pattern) []lint.Fix {
	if pattern.Line > 1 {
		if above := d.Physical[pattern.Line-2]; bytes.HasPrefix(d.Src[above.Text:above.TextEnd], []byte("#")) {
			return nil
		}
	}
	return []lint.Fix{
		{Title: "delete the line", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{deleteLine(d, pattern)}},
	}
}
