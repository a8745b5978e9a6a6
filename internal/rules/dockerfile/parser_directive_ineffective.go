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

// ParserDirectiveIneffective finds "# syntax=", "# escape=" and "# check="
// below the top of the file: there they are comments, and nothing happens.
//
// Directives come first, before comments, blank lines and instructions.
//
// Silent for the escape character that holds anyway. Where no line is continued with
// the character that the comment names, moving it would break the file: remove it.
var ParserDirectiveIneffective = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "parser-directive-ineffective",
		Title:    "A directive stands where it is a comment",
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
		if !ok || name != "syntax" && name != "escape" || value == "" || strings.ContainsAny(value, " \t") || p.Hadolint {
			continue
		}
		if _, above := p.Doc.Directive(name); above {
			continue
		}
		advice := "move it to the first line of the file"
		if name == "escape" {
			if value == string(rune(p.Doc.Escape)) {
				continue
			}
			if !endsLines(p.Doc, value) {
				advice = "remove it, no line is continued with that character"
			}
		}
		p.Report(lint.Finding{Fixes: moveToTop(p.Doc, line, name), Span: span, Message: fmt.Sprintf("%s is only a comment here; %s", quoteShort(p.Doc.Text(span)), advice)})
	}
}

// moveToTop moves the line to the top of the file. That of the escape character is
// left alone: it would change how every line is read.
func moveToTop(d *facts.Dockerfile, line dockerfile.Line, name string) []lint.Fix {
	if name != "syntax" {
		return nil
	}
	source := d.Text(text.Span{Start: line.Text, End: line.EOL})
	return unsafeFix("move it to the top", lint.EffectUnknown,
		lint.Insert(firstLineStart(d), source+d.Newline()), lint.Delete(text.Span{Start: line.Start, End: line.End}))
}

// endsLines tells whether an instruction's line ends in a character.
func endsLines(d *facts.Dockerfile, character string) bool {
	return slices.ContainsFunc(d.Physical, func(l dockerfile.Line) bool {
		return l.Kind != dockerfile.CommentLine && strings.HasSuffix(strings.TrimRight(d.Text(text.Span{Start: l.Text, End: l.EOL}), " \t\r"), character)
	})
}
