package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// ParserDirectiveTypo reports comments at the top of the file that look like a
// misspelled `# syntax=`, `# escape=` or `# check=`.
//
// # Why it matters
//
// Docker reads a misspelled directive as a comment. It uses its default frontend,
// escape character or checks, without a warning.
//
// # How to fix it
//
// Correct the name:
//
//	# syntax=docker/dockerfile:1
//
// # Fix safety
//
// There is no fix for `# escape=`, because it changes how Docker reads each line.
//
// # Exceptions
//
// It does not report:
//
//   - comments whose value does not fit the directive
var ParserDirectiveTypo = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "parser-directive-typo",
		Title:    "Name of a parser directive is misspelled",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/syntax-directive-typo"),
	},
	Check: checkParserDirectiveTypo,
}

func checkParserDirectiveTypo(p *facts.Pass[*facts.Dockerfile]) {
	for _, line := range p.Doc.Physical {
		if line.Kind != dockerfile.CommentLine && line.Kind != dockerfile.DirectiveLine {
			return // directives end with the first other line
		}
		span := text.Span{Start: line.Text, End: line.EOL}
		name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimLeft(p.Doc.Text(span), "#")), "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if line.Kind == dockerfile.DirectiveLine || !ok || strings.ContainsAny(name, " \t-") || len(name) < 4 {
			continue
		}
		value = strings.TrimSpace(value)
		near, found := nearest.Name(name, []string{"syntax", "escape", "check"})
		if !found || near == name || (near == "syntax" && !strings.Contains(value, "/")) {
			continue
		}
		if (near == "escape" && len(value) != 1) || (near == "check" && !strings.Contains(value, "=")) {
			continue
		}
		p.Report(
			lint.Finding{
				Fixes:   spellDirective(p.Doc, span, near),
				Span:    span,
				Message: fmt.Sprintf("%s is only a comment, so Docker ignores it; write %q", quoteShort(p.Doc.Text(span)), near),
			},
		)
	}
}

// spellDirective corrects the name. It does not correct that of the escape character,
// which would change how each line is read.
func spellDirective(d *facts.Dockerfile, line text.Span, name string) []lint.Fix {
	source := d.Text(line)
	start := len(source) - len(strings.TrimLeft(source, "# \t"))
	end := start + strings.IndexAny(source[start:], "= \t")
	if name == "escape" || end < start {
		return nil
	}
	return unsafeFix("write "+name, lint.EffectUnknown, lint.Replace(text.Span{Start: line.Start + start, End: line.Start + end}, name))
}
