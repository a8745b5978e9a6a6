package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// exposure is how bad it is that a service opens the host: what the rule says in
// a file for real use, and info in one that is there to develop or to try
// something by its name, or where a comment beside the place gives a reason.
func exposure(d *facts.Compose, at text.Span, worst lint.Severity) lint.Severity {
	if facts.IsDevelopmentName(d.Name) || hasReason(d, at) {
		return lint.Info
	}
	return worst
}

// hasReason tells whether a comment explains a place: behind it on its line, or
// on the lines above. Two words, or YAML that was commented out, are no reason.
func hasReason(d *facts.Compose, at text.Span) bool {
	if c, ok := d.File.CommentAfter(at.End); ok && isProse(d.File.Text(c.Span)) {
		return true
	}
	line := d.Lines.Position(at.Start).Line
	for i := len(d.File.Comments) - 1; i >= 0; i-- {
		c := d.File.Comments[i]
		switch on := d.Lines.Position(c.Span.Start).Line; {
		case on >= line:
			continue
		case on < line-1 || !c.Own:
			return false
		case isProse(d.File.Text(c.Span)):
			return true
		default:
			line = on
		}
	}
	return false
}

// isProse tells whether a comment is a sentence of people.
func isProse(comment string) bool {
	comment = strings.TrimSpace(strings.TrimLeft(comment, "#"))
	const fewest = 3
	words := strings.Fields(comment)
	if len(words) < fewest || strings.HasPrefix(comment, "- ") || strings.HasPrefix(comment, "dockmend") {
		return false
	}
	return !strings.HasSuffix(words[0], ":")
}
