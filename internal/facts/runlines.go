package facts

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// RunCommand is a simple command of a step's script.
type RunCommand struct {
	Step *Step
	Command
	// Assigned are the variables that are set for the command, or by export and its
	// like, as written; Words are empty for these.
	Assigned []Argument
	// Exact tells that the spans are those of the words as written; else they are
	// that of the whole script.
	Exact bool
}

// Commands lists the simple commands of the step's script. It is empty where
// another shell than that of Linux and macOS reads it, and where the script
// cannot be parsed.
func (s *Step) Commands() []RunCommand {
	return s.commands.get(s.readCommands)
}

func (s *Step) readCommands() []RunCommand {
	var found []RunCommand
	run, file, err := s.script()
	if file == nil || err != nil {
		return nil
	}
	spanOf := s.Job.file.spansOf(run)
	syntax.Walk(file, func(n syntax.Node) bool {
		var args []*syntax.Word
		var assigns []*syntax.Assign
		switch x := n.(type) {
		case *syntax.CallExpr:
			args, assigns = x.Args, x.Assigns
		case *syntax.DeclClause: // export and its like
			assigns = x.Args
		}
		if len(args) == 0 && len(assigns) == 0 {
			return n != nil
		}
		c := RunCommand{Step: s}
		argument := func(from, to uint, w *syntax.Word) Argument {
			span, exact := spanOf(int(from), int(to))
			c.Exact = exact
			a := Argument{Text: run.Value[from:to], Span: span, Word: w}
			if w != nil {
				if value, literal := Literal(w); literal && !HasExpression(a.Text) {
					a.Text, a.Literal = value, true
				}
			}
			return a
		}
		for _, w := range args {
			c.Words = append(c.Words, argument(w.Pos().Offset(), w.End().Offset(), w))
		}
		for _, a := range assigns {
			c.Assigned = append(c.Assigned, argument(a.Pos().Offset(), a.End().Offset(), nil))
		}
		c.Span = text.Span{Start: run.Span.Start, End: run.Span.End}
		if span, exact := spanOf(int(n.Pos().Offset()), int(n.End().Offset())); exact {
			c.Span = span
		}
		c.unwrap()
		found = append(found, c)
		return true
	})
	return found
}

// script parses what the step runs; file is nil where another shell reads it. The error
// is that of dockerfile.ParseShell.
func (s *Step) script() (run *yaml.Node, file *syntax.File, err error) {
	run = s.Get("run")
	if run == nil || run.Kind != yaml.Scalar || !s.runsPOSIX() {
		return nil, nil, nil
	}
	// An expression is a word, or a part of one, of which nothing is known: what
	// stands in its place has its length, and is a variable to the shell.
	masked := []byte(run.Value)
	inner, offsets := Expressions(run.Value)
	for i, at := range offsets {
		hole := masked[at : at+len("${{}}")+len(inner[i])]
		for k := range hole {
			hole[k] = '_'
		}
		hole[0], hole[1], hole[len(hole)-1] = '$', '{', '}'
	}
	file, err = dockerfile.ParseShell(syntax.LangBash, string(masked))
	return run, file, err
}

// runsPOSIX reports whether a shell that is like bash reads the script.
func (s *Step) runsPOSIX() bool {
	shell := s.Scalar("shell")
	for _, n := range []*yaml.Node{s.Job.Node, s.Job.file.Root()} {
		if shell == "" {
			shell = s.Job.file.Scalar(n, "defaults", "run", "shell")
		}
	}
	if shell == "" {
		return !s.Job.Windows()
	}
	return dialectOf(strings.Fields(shell + " ")[0]) != ""
}

// spansOf maps offsets in a scalar's text to the file. exact is false, and the
// span that of the scalar, where escapes or folded lines lie between.
func (w *Workflow) spansOf(n *yaml.Node) func(from, to int) (span text.Span, exact bool) {
	if w.Text(n.Span) == n.Value {
		return func(from, to int) (text.Span, bool) {
			return text.Span{Start: n.Span.Start + from, End: n.Span.Start + to}, true
		}
	}
	whole := func(int, int) (text.Span, bool) { return n.Span, false }
	if n.Style != yaml.Literal {
		return whole
	}
	// Each line of the text is the end of a line below the indicator.
	var starts []int // offset in the file minus that in the text, for each line
	var ends []int   // of the lines in the text
	lines := w.OwnLines()
	number, at := lines.Position(n.Span.Start).Line+1, 0
	for line := range strings.Lines(n.Value) {
		body := strings.TrimSuffix(line, "\n")
		if number > lines.Lines() {
			break
		}
		source := w.Text(lines.Line(number))
		if !strings.HasSuffix(source, body) {
			return whole
		}
		starts = append(starts, lines.Line(number).Start+len(source)-len(body)-at)
		at += len(line)
		ends = append(ends, at)
		number++
	}
	shift := func(offset int) (int, bool) {
		for i, end := range ends {
			if offset < end || (offset == end && i == len(ends)-1) {
				return offset + starts[i], true
			}
		}
		return 0, false
	}
	return func(from, to int) (text.Span, bool) {
		start, ok := shift(from)
		end, ok2 := shift(max(to-1, from))
		if !ok || !ok2 {
			return n.Span, false
		}
		return text.Span{Start: start, End: end + min(to-from, 1)}, true
	}
}

// LineSpan is the place of a part of a scalar's text, by its offsets in it; the
// whole scalar's where they cannot be told.
func (w *Workflow) LineSpan(n *yaml.Node, from, to int) text.Span {
	span, _ := w.spansOf(n)(from, to)
	return span
}
