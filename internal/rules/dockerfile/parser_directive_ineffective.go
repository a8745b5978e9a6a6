package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// ParserDirectiveIneffective reports `# syntax=` and `# escape=` below the top of the
// file.
//
// # Why it matters
//
// Docker reads directives only before the first comment, blank line or instruction.
// Below, they are comments: Docker uses its default frontend or its default escape
// character.
//
// # How to fix it
//
// Move the directive to the first line. If no line continues with the character that `#
// escape=` names, remove the comment, because moving it would break the file.
//
// # Fix safety
//
// Only `# syntax=` has a fix. Moving `# escape=` would change how Docker reads each
// line.
//
// # Exceptions
//
// It does not report:
//
//   - a directive that is also at the top of the file
//   - the escape character that the file already has
var ParserDirectiveIneffective = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "parser-directive-ineffective",
		Title:    "Parser directive is not at the top of the file",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkParserDirectiveIneffective,
}

func checkParserDirectiveIneffective(p *facts.Pass[*facts.Dockerfile]) {
	for _, line := range p.Doc.Physical {
		if line.Kind != dockerfile.CommentLine || line.Instruction >= 0 {
			continue
		}
		span := text.Span{Start: line.Text, End: line.EOL}
		name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimLeft(p.Doc.Text(span), "#")), "=")
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.TrimSpace(value)
		if !ok || (name != "syntax" && name != "escape") || value == "" {
			continue
		}
		if strings.ContainsAny(value, " \t") || p.Hadolint {
			continue
		}
		if _, above := p.Doc.Directive(name); above {
			continue
		}
		advice := "move it to the first line"
		if name == "escape" {
			if value == string(rune(p.Doc.Escape)) {
				continue
			}
			if !endsLines(p.Doc, value) {
				advice = "remove it, because no line continues with that character"
			}
		}
		p.Report(
			lint.Finding{
				Fixes: moveToTop(p.Doc, line, name),
				Span:  span,
				Message: fmt.Sprintf(
					"%s is only a comment here, because directives must be at the top of the file; %s",
					quoteShort(p.Doc.Text(span)),
					advice,
				),
			},
		)
	}
}

// moveToTop moves the line to the top of the file. It does not move the directive of the
// escape character, which would change how each line is read.
func moveToTop(d *facts.Dockerfile, line dockerfile.Line, name string) []lint.Fix {
	if name != "syntax" {
		return nil
	}
	source := d.Text(text.Span{Start: line.Text, End: line.EOL})
	return unsafeFix("move it to the first line", lint.EffectUnknown,
		lint.Insert(firstLineStart(d), source+d.Newline()), lint.Delete(text.Span{Start: line.Start, End: line.End}))
}

// endsLines reports whether a line of an instruction ends with a character.
func endsLines(d *facts.Dockerfile, character string) bool {
	return slices.ContainsFunc(d.Physical, func(l dockerfile.Line) bool {
		return l.Kind != dockerfile.CommentLine &&
			strings.HasSuffix(strings.TrimRight(d.Text(text.Span{Start: l.Text, End: l.EOL}), " \t\r"), character)
	})
}
