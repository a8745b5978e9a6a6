package engine

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ScriptChecker is a program that checks scripts. It answers for each script, in
// order, with spans in its text. It must be safe for concurrent use.
type ScriptChecker interface {
	Check(ctx context.Context, scripts []lint.Script) ([][]lint.ScriptNote, error)
}

// scriptFiles is how many files share a process: enough that its start costs
// little, few enough that what is kept of them does too.
const scriptFiles = 64

// shellcheckFinding is the rule that says what the program says.
const shellcheckFinding = "shellcheck-finding"

// askShellCheck gives the files' scripts to the program, all at once. Where it
// fails the rule is shown as skipped, and the run as incomplete.
func (c *Checker) askShellCheck(ctx context.Context, all []*loaded) {
	if c.ShellCheck == nil {
		return
	}
	rule := c.Catalog.Find(shellcheckFinding)
	if len(rule) != 1 {
		return
	}
	type origin struct {
		file   *loaded
		script facts.ShellScript
	}
	var origins []origin
	var asked []*loaded
	var scripts []lint.Script
	for _, l := range all {
		if l.doc == nil || l.template || !l.file.Policy.Enabled(rule[0]) {
			continue
		}
		var found []facts.ShellScript
		left := 0
		l.frame.attempt(StepScripts, func() { found, left = l.doc.scripts() })
		if len(found) > 0 {
			asked = append(asked, l)
		}
		for _, s := range found {
			origins = append(origins, origin{l, s})
			scripts = append(scripts, lint.Script{Text: s.Text, Dialect: s.Dialect, Variables: s.Variables})
		}
		if left > 0 {
			l.skip(fmt.Sprintf("%d scripts are too long, or not UTF-8", left))
		}
	}
	if len(scripts) == 0 {
		return
	}
	notes, failed := c.checkScripts(ctx, asked, scripts)
	if failed != nil {
		asked[0].out.Problems = append(asked[0].out.Problems, *failed)
		for _, l := range asked {
			l.skip("ShellCheck did not finish")
		}
		return
	}
	for i, o := range origins {
		for _, n := range notes[i] {
			if n.Left != "" {
				o.file.left = append(o.file.left, lint.Finding{
					Span:    text.Span{Start: o.script.Start, End: o.script.Start + len(o.script.Text)},
					Message: "ShellCheck did not check this script: " + n.Left + "; split it",
				})
				continue
			}
			o.file.notes = append(o.file.notes, inDocument(n, o.script))
		}
	}
}

// checkScripts runs the program, inside of the frames of all files that it is asked
// for. What failed is a problem of the first one.
func (c *Checker) checkScripts(
	ctx context.Context, asked []*loaded, scripts []lint.Script,
) (notes [][]lint.ScriptNote, failed *lint.Problem) {
	for _, l := range asked {
		defer l.frame.task.leave(l.frame.task.enter(StepShellCheck))
	}
	first := asked[0].src.Path
	var err error
	crash := Recover(StepShellCheck, func() { notes, err = c.ShellCheck.Check(ctx, scripts) })
	switch {
	case crash != nil:
		return nil, new(crash.Problem(first))
	case err != nil:
		return nil, &lint.Problem{File: first, Message: err.Error()}
	}
	return notes, nil
}

func (l *loaded) skip(reason string) {
	l.out.Skipped = append(l.out.Skipped, lint.SkippedRule{Rule: shellcheckFinding, File: l.src.Path, Reason: reason})
}

// inDocument moves a note to its place in the document. Edits are dropped where
// the text is not quite what the shell gets.
func inDocument(n lint.ScriptNote, s facts.ShellScript) lint.ScriptNote {
	n.Span = n.Span.Shift(s.Start)
	edits := n.Edits
	n.Edits = nil
	if s.Editable {
		for _, e := range edits {
			n.Edits = append(n.Edits, text.Edit{Span: e.Span.Shift(s.Start), New: e.New})
		}
	}
	return n
}
