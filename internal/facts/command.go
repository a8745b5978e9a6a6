package facts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// Command is one simple command of an instruction's script, or the words of a
// JSON form.
type Command struct {
	Instruction *dockerfile.Instruction
	// Script is nil for a JSON form.
	Script *dockerfile.Script
	// Call and Stmt are nil for a JSON form.
	Call *syntax.CallExpr
	Stmt *syntax.Stmt
	// Words are the command's name and arguments, without assignments and
	// without wrappers as sudo, env, exec and time in front.
	Words []Argument
	// Wrappers are the words that were taken off.
	Wrappers []Argument
	Span     text.Span
}

// Argument is a word of a command.
type Argument struct {
	// Text is the word with quotes taken away; variables stand as written.
	Text string
	// Literal tells that the shell changes nothing in it but the quotes.
	Literal bool
	Span    text.Span
	// Word is nil for a JSON form.
	Word *syntax.Word
}

// Name is the command's name without its folder; empty when it is not literal.
func (c *Command) Name() string {
	if len(c.Words) == 0 || !c.Words[0].Literal {
		return ""
	}
	name := c.Words[0].Text
	return name[strings.LastIndexByte(name, '/')+1:]
}

// Args are the words after the name.
func (c *Command) Args() []Argument {
	if len(c.Words) == 0 {
		return nil
	}
	return c.Words[1:]
}

// ArgTexts are the texts of Args.
func (c *Command) ArgTexts() []string {
	args := make([]string, 0, len(c.Words))
	for _, a := range c.Args() {
		args = append(args, a.Text)
	}
	return args
}

// HasFlag reports whether a flag is given: "-y" also in a cluster of short
// flags, "--yes" also as "--yes=...".
func (c *Command) HasFlag(flags ...string) bool {
	_, ok := c.FindFlag(flags...)
	return ok
}

// FindFlag returns the first word that gives one of the flags.
func (c *Command) FindFlag(flags ...string) (Argument, bool) {
	for _, a := range c.Args() {
		if a.Text == "--" {
			break
		}
		for _, flag := range flags {
			if a.Text == flag || (strings.HasPrefix(flag, "--") && strings.HasPrefix(a.Text, flag+"=")) {
				return a, true
			}
			if len(flag) == 2 && len(a.Text) > 2 && a.Text[0] == '-' && a.Text[1] != '-' && strings.IndexByte(a.Text[1:], flag[1]) >= 0 &&
				isCluster(a.Text) {
				return a, true
			}
		}
	}
	return Argument{}, false
}

func isCluster(word string) bool {
	for _, c := range word[1:] {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// FlagValue is the value of a flag: of "--uid=5", "--uid 5", "-u 5" or "-u5".
func (c *Command) FlagValue(flags ...string) (Argument, bool) {
	args := c.Args()
	for i, a := range args {
		for _, flag := range flags {
			switch {
			case a.Text == flag && i+1 < len(args):
				return args[i+1], true
			case strings.HasPrefix(flag, "--") && strings.HasPrefix(a.Text, flag+"="):
				a.Text = a.Text[len(flag)+1:]
				return a, true
			case len(flag) == 2 && len(a.Text) > 2 && strings.HasPrefix(a.Text, flag):
				a.Text = a.Text[2:]
				return a, true
			}
		}
	}
	return Argument{}, false
}

// Positional lists the arguments that are no flags; takesValue names the flags
// whose value is the next word.
func (c *Command) Positional(takesValue ...string) []Argument {
	var out []Argument
	args := c.Args()
	for i := 0; i < len(args); i++ {
		switch t := args[i].Text; {
		case t == "--":
			return append(out, args[i+1:]...)
		case len(t) > 1 && t[0] == '-':
			if slices.Contains(takesValue, t) {
				i++
			}
		default:
			out = append(out, args[i])
		}
	}
	return out
}

// Commands lists the simple commands of an instruction in the order of the
// text, those in subshells, loops and substitutions included. It is empty
// where the script cannot be parsed or the stage's shell is no POSIX shell.
func (f *Dockerfile) Commands(in *dockerfile.Instruction) []*Command {
	if list, ok := f.commands[in]; ok {
		return list
	}
	if f.commands == nil {
		f.commands = map[*dockerfile.Instruction][]*Command{}
	}
	list := f.readCommands(in)
	f.commands[in] = list
	return list
}

// AllCommands calls visit for the commands of every RUN, ONBUILD's included, in
// whose text one of the words stands; of every RUN without words. A script that
// no rule has a question about is not parsed.
func (f *Dockerfile) AllCommands(visit func(*Command), words ...string) {
	f.eachRun(func(in *dockerfile.Instruction) {
		for _, c := range f.Commands(in) {
			visit(c)
		}
	}, words)
}

// eachRun calls visit for every RUN in whose text one of the words stands. One
// whose commands are known is not searched: its rules look at these.
func (f *Dockerfile) eachRun(visit func(*dockerfile.Instruction), words []string) {
	f.Each("run", true, func(in *dockerfile.Instruction) {
		if _, parsed := f.commands[in]; !parsed && len(words) > 0 {
			src := f.Text(in.Span)
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(src, w) }) {
				return
			}
		}
		visit(in)
	})
}

// RunsPOSIX reports whether the instruction's shell form is read by a shell of
// the POSIX family.
func (f *Dockerfile) RunsPOSIX(in *dockerfile.Instruction) bool {
	s := f.StageOf(in)
	return s == nil || s.Shell(in).IsPOSIX()
}

func (f *Dockerfile) readCommands(in *dockerfile.Instruction) []*Command {
	if in.JSON {
		words := in.Words
		if in.Keyword == "healthcheck" {
			words = words[1:]
		}
		c := &Command{Instruction: in, Span: in.ArgsSpan}
		for _, w := range words {
			c.Words = append(c.Words, Argument{Text: w.Text, Literal: true, Span: w.Span})
		}
		c.unwrap()
		if len(c.Words) == 0 {
			return nil
		}
		return []*Command{c}
	}
	if !f.RunsPOSIX(in) {
		return nil
	}
	script := in.Script()
	if script == nil || script.File == nil {
		return nil
	}
	var list []*Command
	var stmts []*syntax.Stmt
	syntax.Walk(script.File, func(n syntax.Node) bool {
		switch x := n.(type) {
		case nil:
			return false
		case *syntax.Stmt:
			stmts = append(stmts, x)
		case *syntax.CallExpr:
			if len(x.Args) == 0 {
				return true
			}
			c := &Command{Instruction: in, Script: script, Call: x, Span: script.SpanOf(x), Words: make([]Argument, 0, len(x.Args))}
			if s := stmts[len(stmts)-1]; s.Cmd == x {
				c.Stmt = s
			}
			for _, w := range x.Args {
				value, literal := Literal(w)
				if !literal {
					span := script.SpanOf(w)
					value = in.Document().Text(span)
				}
				c.Words = append(c.Words, Argument{Text: value, Literal: literal, Span: script.SpanOf(w), Word: w})
			}
			c.unwrap()
			list = append(list, c)
		}
		return true
	})
	return list
}

// unwrap takes wrappers off the front that run the rest as a command.
func (c *Command) unwrap() {
	all := c.Words
	i := 0
	for i < len(all) {
		name := all[i].Text[strings.LastIndexByte(all[i].Text, '/')+1:]
		next := i + 1
		switch name {
		case "sudo", "env", "nice", "ionice", "eatmydata", "nohup", "chronic", "stdbuf":
			for next < len(all) && (strings.HasPrefix(all[next].Text, "-") || (strings.Contains(all[next].Text, "=") && name != "nice")) {
				if t := all[next].Text; name == "sudo" && (t == "-u" || t == "-g") {
					next++
				}
				next++
			}
		case "exec", "command", "time", "builtin":
			for next < len(all) && strings.HasPrefix(all[next].Text, "-") {
				if name == "command" && strings.ContainsAny(all[next].Text, "vV") {
					// It only asks whether the rest is there, and runs nothing of it.
					c.Wrappers, c.Words = all[:i], all[i:]
					return
				}
				if name == "exec" && all[next].Text == "-a" {
					next++
				}
				next++
			}
		default:
			c.Wrappers, c.Words = all[:i], all[i:]
			return
		}
		if next >= len(all) {
			c.Wrappers, c.Words = all[:i], all[i:]
			return
		}
		i = next
	}
}

// Literal resolves the quotes of a word; ok is false when the shell would
// expand something in it: a variable, a command, a glob, a brace, a tilde.
func Literal(w *syntax.Word) (value string, ok bool) {
	if len(w.Parts) == 1 {
		if lit, isLit := w.Parts[0].(*syntax.Lit); isLit && strings.IndexByte(lit.Value, '\\') < 0 {
			return lit.Value, !strings.ContainsAny(lit.Value, "*?[{~") || harmless(lit.Value)
		}
	}
	var b strings.Builder
	for i, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, "*?[") || (i == 0 && strings.HasPrefix(p.Value, "~")) || strings.ContainsRune(p.Value, '{') {
				return "", false
			}
			b.WriteString(unescape(p.Value, false))
		case *syntax.SglQuoted:
			if p.Dollar {
				return "", false
			}
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			if p.Dollar {
				return "", false
			}
			for _, q := range p.Parts {
				lit, isLit := q.(*syntax.Lit)
				if !isLit {
					return "", false
				}
				b.WriteString(unescape(lit.Value, true))
			}
		default:
			return "", false
		}
	}
	return b.String(), true
}

// harmless reports whether a literal's special characters have no special
// meaning: a tilde that is not first, a brace without a comma or range.
func harmless(s string) bool {
	if strings.ContainsAny(s, "*?[") || s[0] == '~' {
		return false
	}
	open := strings.IndexByte(s, '{')
	return open < 0 || (!strings.Contains(s[open:], ",") && !strings.Contains(s[open:], ".."))
}

// unescape takes away the backslashes that a shell takes away.
func unescape(s string, quoted bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (!quoted || strings.IndexByte("$`\"\\\n", s[i+1]) >= 0) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Conditional reports whether the command runs only if a test says so: in an if,
// in a case, or behind "[ ... ] &&".
func (c *Command) Conditional() bool {
	if c.Script == nil || c.Call == nil {
		return false
	}
	found := false
	syntax.Walk(c.Script.File, func(n syntax.Node) bool {
		if n == nil || found || n.Pos().Offset() > c.Call.Pos().Offset() || n.End().Offset() < c.Call.End().Offset() {
			return false
		}
		switch x := n.(type) {
		case *syntax.IfClause, *syntax.CaseClause:
			found = true
		case *syntax.BinaryCmd:
			if (x.Op == syntax.AndStmt || x.Op == syntax.OrStmt) && x.Y.Pos().Offset() <= c.Call.Pos().Offset() {
				found = isTest(x.X)
			}
		}
		return !found
	})
	return found
}

// AwaitedFiles are the paths of files without which the command does not run: those of a
// test such as [ -f NAME ] around it, or before it in "[ -f NAME ] && ...".
func (c *Command) AwaitedFiles() (names []string) {
	if c.Script == nil || c.Call == nil {
		return nil
	}
	within := func(n syntax.Node) bool {
		return n.Pos().Offset() <= c.Call.Pos().Offset() && n.End().Offset() >= c.Call.End().Offset()
	}
	syntax.Walk(c.Script.File, func(n syntax.Node) bool {
		if n == nil || !within(n) {
			return false
		}
		switch x := n.(type) {
		case *syntax.IfClause:
			isThen := slices.ContainsFunc(x.Then, func(s *syntax.Stmt) bool { return within(s) })
			if isThen && len(x.Cond) == 1 {
				names = appendTested(names, x.Cond[0])
			}
		case *syntax.BinaryCmd:
			if x.Op == syntax.AndStmt && within(x.Y) {
				names = appendTested(names, x.X)
			}
		}
		return true
	})
	return names
}

// appendTested adds the file that a statement tests for.
func appendTested(names []string, s *syntax.Stmt) []string {
	if s.Negated {
		return names
	}
	switch x := s.Cmd.(type) {
	case *syntax.CallExpr:
		words := make([]string, len(x.Args))
		for i, w := range x.Args {
			words[i], _ = Literal(w)
		}
		isCall := (len(words) == 4 && words[0] == "[") || (len(words) == 3 && words[0] == "test")
		if isCall && isFileTest(words[1]) && words[2] != "" {
			return append(names, words[2])
		}
	case *syntax.TestClause:
		test, ok := x.X.(*syntax.UnaryTest)
		if !ok {
			return names
		}
		if word, ok := test.X.(*syntax.Word); ok && isFileTest(test.Op.String()) {
			if name, literal := Literal(word); literal {
				return append(names, name)
			}
		}
	}
	return names
}

func isFileTest(flag string) bool {
	return flag == "-f" || flag == "-e" || flag == "-s" || flag == "-r"
}

// isTest reports whether a statement only looks whether something holds; of a
// chain, its last part decides.
func isTest(s *syntax.Stmt) bool {
	switch x := s.Cmd.(type) {
	case *syntax.TestClause:
		return true
	case *syntax.BinaryCmd:
		return isTest(x.Y)
	case *syntax.CallExpr:
		if len(x.Args) == 0 {
			return false
		}
		name, _ := Literal(x.Args[0])
		return name == "[" || name == "test" || name == "grep"
	}
	return false
}
