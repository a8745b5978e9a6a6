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

// DockerignoreInvalidPattern reports patterns that Docker rejects, and patterns that can
// match nothing: with a comment at the end of the line, with a parent folder, or with
// backslashes between folders.
//
// # Why it matters
//
// Docker rejects the whole file if a pattern is malformed, and the build fails. The other
// patterns exclude nothing, so Docker sends files that the author wanted to exclude,
// possibly secrets.
//
// # How to fix it
//
// Write a comment on its own line, and separate folders with slashes:
//
//	# built by vite
//	build/out
//
// # Exceptions
//
// It does not report:
//
//   - characters that are escaped with a backslash
var DockerignoreInvalidPattern = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-invalid-pattern",
		Title:    "Pattern is malformed or can match nothing",
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
			report("malformed", fmt.Sprintf("%q has no file name, so Docker rejects the whole ignore file; add the name, or delete the line", pattern.Text))
		case hasBackslashSeparator(name):
			slashed := strings.ReplaceAll(pattern.Text, `\`, "/")
			report("backslash", fmt.Sprintf("%q matches no file in a folder, because a backslash escapes the next character; write %q", pattern.Text, slashed),
				fixed(p, "write slashes", lint.Replace(pattern.Span, slashed)))
		case pattern.Err != nil && !errors.Is(pattern.Err, ignorefile.ErrNotEvaluated):
			report("malformed", fmt.Sprintf("%q is malformed, so Docker rejects the whole ignore file; close the bracket, or escape it with a backslash", pattern.Text))
		case comment > 0:
			report("comment", fmt.Sprintf("%q is one pattern that matches nothing, because a comment needs its own line; move %q to the line above", pattern.Text, pattern.Text[comment:]), moveComment(p, pattern, comment))
		case name == ".." || strings.HasPrefix(name, "../"):
			report("parent", fmt.Sprintf("%q is outside of the build context and matches nothing; write a path relative to the context", pattern.Text))
		}
	}
}

// commentBehind returns the offset of a comment that follows a pattern in its line; 0 if
// there is none. A "#" counts after a space or a tab.
func commentBehind(pattern string) int {
	i := strings.IndexByte(pattern, '#')
	if i < 2 || (pattern[i-1] != ' ' && pattern[i-1] != '\t') {
		return 0
	}
	return i
}

// moveComment moves the comment to its own line above the pattern.
func moveComment(p *facts.Pass[*facts.IgnoreFile], pattern *ignorefile.Pattern, at int) lint.Fix {
	body := strings.TrimRight(pattern.Text[:at], " \t")
	line := p.Doc.Physical[pattern.Line-1]
	behind := text.Span{Start: pattern.Span.Start + len(body), End: pattern.Span.End}
	return fixed(p, "move the comment to its own line",
		lint.Replace(text.Span{Start: line.Text, End: line.Text}, pattern.Text[at:]+newline(p.Doc)), lint.Delete(behind))
}

// hasBackslashSeparator reports whether a backslash separates names: the character that it
// escapes there needs no escape.
func hasBackslashSeparator(name string) bool {
	for i := 1; i+1 < len(name); i++ {
		next := name[i+1]
		if name[i] == '\\' && name[i-1] != '\\' &&
			((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') || next == '_') {
			return true
		}
	}
	return false
}
