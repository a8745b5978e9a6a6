package ignorefile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignoreInvalidPattern finds patterns that are refused, or that can match
// nothing: with a comment behind them, with a parent folder, with backslashes
// between folders.
//
// Docker refuses the whole file for a malformed pattern. The others are read and
// leave nothing out. A comment stands on a line of its own, its "#" in the first
// column.
//
// A fix is safe where the same files are sent after it, and where no COPY, ADD or
// mount reads what the pattern then leaves out, be it there or made before the build.
//
// Silent for escaped characters.
var DockerignoreInvalidPattern = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-invalid-pattern",
		Title:    "A pattern is malformed or can match nothing",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Variants: []string{"malformed", "comment", "parent", "backslash"},
	},
	Check: checkDockerignoreInvalidPattern,
}

func checkDockerignoreInvalidPattern(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	for _, pattern := range d.Patterns {
		name := strings.TrimPrefix(pattern.Cleaned, "!")
		report := func(variant, message string, fixes ...lint.Fix) {
			severity := lint.Warning
			if variant == "malformed" {
				severity = lint.Error
			}
			p.Report(lint.Finding{Span: pattern.Span, Variant: variant, Severity: severity, Message: message, Fixes: fixes})
		}
		comment := commentBehind(pattern.Text)
		switch {
		case name == "":
			report("malformed", fmt.Sprintf("%q names nothing, and Docker refuses the whole file for it; write the file behind it, or delete the line", pattern.Text))
		case hasBackslashSeparator(name):
			slashed := strings.ReplaceAll(pattern.Text, `\`, "/")
			report("backslash", fmt.Sprintf("%q names no file in a folder, since a backslash escapes what follows; write %q", pattern.Text, slashed),
				fixed(p, "write slashes", lint.Replace(pattern.Span, slashed)))
		case pattern.Err != nil && !errors.Is(pattern.Err, ignorefile.ErrNotEvaluated):
			report("malformed", fmt.Sprintf("%q is malformed, and Docker refuses the whole file for it: close the bracket, or escape it with a backslash", pattern.Text))
		case comment > 0:
			report("comment", fmt.Sprintf("%q is one pattern, since a comment stands on its own line; move %q above", pattern.Text, pattern.Text[comment:]), moveComment(p, pattern, comment))
		case name == ".." || strings.HasPrefix(name, "../"):
			report("parent", fmt.Sprintf("%q leads out of the context and matches nothing; write the path from the context's folder", pattern.Text))
		}
	}
}

// commentBehind is where a comment begins that stands behind a pattern; 0 if
// there is none. A "#" counts after blanks and before a blank or a letter.
func commentBehind(pattern string) int {
	i := strings.IndexByte(pattern, '#')
	if i < 2 || pattern[i-1] != ' ' && pattern[i-1] != '\t' {
		return 0
	}
	return i
}

// moveComment puts the comment on a line of its own above the pattern.
func moveComment(p *facts.Pass[*facts.IgnoreFile], pattern *ignorefile.Pattern, at int) lint.Fix {
	body := strings.TrimRight(pattern.Text[:at], " \t")
	line := p.Doc.Physical[pattern.Line-1]
	behind := text.Span{Start: pattern.Span.Start + len(body), End: pattern.Span.End}
	return fixed(p, "move the comment to a line of its own",
		lint.Replace(text.Span{Start: line.Text, End: line.Text}, pattern.Text[at:]+newline(p.Doc)), lint.Delete(behind))
}

// hasBackslashSeparator tells whether a backslash stands between names: what it
// escapes there needs no escape.
func hasBackslashSeparator(name string) bool {
	for i := 1; i+1 < len(name); i++ {
		next := name[i+1]
		if name[i] == '\\' && name[i-1] != '\\' && (next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z' || next >= '0' && next <= '9' || next == '_') {
			return true
		}
	}
	return false
}
