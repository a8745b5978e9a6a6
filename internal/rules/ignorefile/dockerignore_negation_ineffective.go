package ignorefile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// DockerignoreNegationIneffective finds patterns that take a file back in and do
// not: a later one leaves it out again, or nothing left it out before.
//
// The last pattern that matches decides. Write the "!" below the pattern that it
// is an exception from.
//
// Silent for patterns with wildcards, and for folders, of which a part may have
// been left out.
var DockerignoreNegationIneffective = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-negation-ineffective",
		Title:    "An exception has no effect",
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
				Message: fmt.Sprintf("%q takes nothing back in, since no pattern above leaves %q out; move it below that pattern, or remove it", pattern.Text, name),
			})
		}
	}
}

func overruled(p *facts.Pass[*facts.IgnoreFile], pattern, by *ignorefile.Pattern) {
	d := p.Doc
	end := d.Physical[by.Line-1].TextEnd
	p.Report(lint.Finding{
		Span: pattern.Span, Variant: "overruled",
		Message: fmt.Sprintf("%q has no effect, since %q below leaves the file out again; move it below that line", pattern.Text, by.Text),
		Related: []lint.Related{{Span: by.Span, Message: "this decides"}},
		Fixes:   []lint.Fix{fixed(p, "move the exception below", deleteLine(d, pattern), lint.Insert(end, newline(d)+pattern.Text))},
	})
}

// isFileName tells whether a path is surely a file: it is one on the disk, or it
// is not there and has an ending.
func isFileName(p *facts.Pass[*facts.IgnoreFile], name string) bool {
	if files := p.Project.Files(p.Doc); files != nil {
		if isDir, ok := files.Exists(name); ok {
			return !isDir
		}
	}
	return path.Ext(strings.TrimPrefix(path.Base(name), ".")) != ""
}
