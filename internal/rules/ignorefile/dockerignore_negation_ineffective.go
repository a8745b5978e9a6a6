package ignorefile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// DockerignoreNegationIneffective reports exceptions (`!`) that a later pattern overrides,
// or that no earlier pattern makes necessary.
//
// # Why it matters
//
// The last pattern that matches a file decides. The file stays excluded although the
// exception says otherwise, and a step that reads it fails.
//
// # How to fix it
//
// Write the exception below the pattern:
//
//	*.md
//	!README.md
//
// # Exceptions
//
// It does not report:
//
//   - exceptions with wildcards
//   - exceptions for folders that no earlier pattern excludes, because a part of them may
//     be excluded
//   - ignore files that exclude everything and list what is allowed
var DockerignoreNegationIneffective = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-negation-ineffective",
		Title:    "Exception in the ignore file has no effect",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"overruled", "nothing-to-take-back"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreNegationIneffective,
}

func checkDockerignoreNegationIneffective(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	for _, pattern := range d.Patterns {
		name := strings.TrimPrefix(pattern.Cleaned, "!")
		if !pattern.Negated || pattern.Err != nil || name == "" || !isPlain(name) {
			continue
		}
		if decides, ignored := d.Ignored(name); ignored {
			if decides != nil && decides.Line > pattern.Line {
				overruled(p, pattern, decides)
			}
			continue
		}
		if _, ignored := d.IgnoredAbove(pattern.Line, name); !ignored && isFileName(p, name) && !d.IsAllowList() {
			p.Report(lint.Finding{
				Span: pattern.Span, Variant: "nothing-to-take-back",
				Message: fmt.Sprintf("%q has no effect, because no pattern above excludes %q; move it below that pattern, or remove it", pattern.Text, name),
			})
		}
	}
}

func overruled(p *facts.Pass[*facts.IgnoreFile], pattern, by *ignorefile.Pattern) {
	d := p.Doc
	end := d.Physical[by.Line-1].TextEnd
	p.Report(lint.Finding{
		Span: pattern.Span, Variant: "overruled",
		Message: fmt.Sprintf("%q has no effect, because %q below excludes the file again; move it below that line", pattern.Text, by.Text),
		Related: []lint.Related{{Span: by.Span, Message: "this pattern decides"}},
		Fixes:   []lint.Fix{fixed(p, "move the exception below", deleteLine(d, pattern), lint.Insert(end, newline(d)+pattern.Text))},
	})
}

// isFileName reports whether a path is certainly a file: it is one on the disk, or it does
// not exist and has an extension.
func isFileName(p *facts.Pass[*facts.IgnoreFile], name string) bool {
	if files := p.Project.Files(p.Doc); files != nil {
		if isDir, ok := files.Exists(name); ok {
			return !isDir
		}
	}
	return path.Ext(strings.TrimPrefix(path.Base(name), ".")) != ""
}
