package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// excused is the variant of findings that few reviewers would make: in a file
// that is there to develop or to try something, where a comment gives a reason,
// and of a program whose work it is. A rule with variants of its own appends it.
const excused = "excused"

// excuse makes a finding one of that variant.
func excuse(f lint.Finding) lint.Finding {
	if f.Variant != "" {
		f.Variant += "-"
	}
	f.Variant += excused
	f.Severity = lint.Info
	return f
}

// weigh excuses a finding about what a service opens of its host: by the name of
// the file, by a comment beside the place, or because it is the program's work.
func weigh(d *facts.Compose, f lint.Finding, itsWork bool) lint.Finding {
	if itsWork || facts.IsDevelopmentName(d.Name) || hasReason(d, f.Span) {
		return excuse(f)
	}
	return f
}

// hasReason tells whether a comment explains a place: behind it on its line, or
// on the lines above. Two words, or YAML that was commented out, are no reason.
func hasReason(d *facts.Compose, at text.Span) bool {
	if c, ok := d.File.CommentAfter(at.End); ok && isProse(d.File.Text(c.Span)) {
		return true
	}
	lines := d.File.OwnLines()
	line := lines.Position(at.Start).Line
	for i := len(d.File.Comments) - 1; i >= 0; i-- {
		c := d.File.Comments[i]
		switch on := lines.Position(c.Span.Start).Line; {
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
