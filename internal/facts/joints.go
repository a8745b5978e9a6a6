package facts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// May this RUN be appended to, or joined with another one? All rules ask here.

// MayAppend reports whether a command may be put with && after the last one of
// the RUN that holds c, at the end of last: it then runs whenever the RUN works,
// as the user that c runs as, and nothing of the text is lost. last is the last
// statement of the script, which may end in a semicolon.
func (f *Dockerfile) MayAppend(c *Command) (last *syntax.Stmt, ok bool) {
	if !f.isOpenScript(c.Instruction, c.Script) || c.isElevated() {
		return nil, false
	}
	stmts := c.Script.File.Stmts
	last = stmts[len(stmts)-1]
	if last.Background || last.Coprocess || isAlternative(last) || leavesShell(c.Script.File) {
		return nil, false
	}
	behind := f.Src[c.Script.SpanOf(last).End:c.Script.Span.End]
	return last, strings.Trim(string(behind), " \t\r\n"+string(rune(f.Escape))) == ""
}

// StopsAtFailure reports whether a script begins with set -e and never takes it back, so
// that each statement runs only if those before it worked.
func StopsAtFailure(file *syntax.File) bool {
	stops, undone := false, false
	for i, s := range file.Stmts {
		call, ok := s.Cmd.(*syntax.CallExpr)
		stops = stops ||
			(i == 0 && ok && isSet(s) && len(call.Args) > 1 && strings.HasPrefix(call.Args[1].Lit(), "-") && strings.Contains(call.Args[1].Lit(), "e"))
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		undone = undone ||
			(ok && builtinOf(call) == "set" && slices.ContainsFunc(call.Args, func(w *syntax.Word) bool { return strings.HasPrefix(w.Lit(), "+") }))
		return !undone
	})
	return stops && !undone
}

// isAlternative reports whether a chain has a "||", behind which "&&" reads as if it
// belonged to the alternative.
func isAlternative(s *syntax.Stmt) bool {
	for {
		x, ok := s.Cmd.(*syntax.BinaryCmd)
		if !ok {
			return false
		}
		if x.Op == syntax.OrStmt {
			return true
		}
		s = x.X
	}
}

// MayPrepend reports whether a command may be put with && before the first one of
// the RUN that holds c, as the user that c runs as. That is behind a "set -e", which
// would not hold for the rest of the chain else.
func (f *Dockerfile) MayPrepend(c *Command) (first *syntax.Stmt, ok bool) {
	if !f.isOpenScript(c.Instruction, c.Script) || c.isElevated() {
		return nil, false
	}
	stmts := c.Script.File.Stmts
	for len(stmts) > 1 && isSet(stmts[0]) {
		stmts = stmts[1:]
	}
	first = stmts[0]
	return first, !first.Background && !first.Coprocess && !isSet(first)
}

// isSet reports whether a statement is a call of set, alone or before "&&".
func isSet(s *syntax.Stmt) bool {
	for {
		x, ok := s.Cmd.(*syntax.BinaryCmd)
		if !ok {
			break
		}
		s = x.X
	}
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && call.Args[0].Lit() == "set"
}

// MayJoin reports whether two RUNs may become one, with && between them: each is
// a chain of && and runs with the same shell, and the first changes nothing of
// its shell that the second would see. Flags, and what stands between the two,
// are for the caller to look at.
func (f *Dockerfile) MayJoin(first, second *dockerfile.Instruction) bool {
	return f.IsChain(first) && f.IsChain(second) && f.RunsPOSIX(second) && !changesShell(first.Script().File)
}

// IsChain reports whether a RUN is commands with && between them and nothing else,
// not even a comment, so that a command can join it at either end or leave it.
func (f *Dockerfile) IsChain(in *dockerfile.Instruction) bool {
	s := in.Script()
	if !f.isOpenScript(in, s) || len(s.File.Stmts) != 1 || s.HasComment() {
		return false
	}
	for at := s.File.Stmts[0]; ; {
		if at.Background || at.Coprocess || at.Negated || at.Semicolon.IsValid() {
			return false
		}
		switch x := at.Cmd.(type) {
		case *syntax.CallExpr:
			return true
		case *syntax.BinaryCmd:
			if x.Op != syntax.AndStmt {
				return false
			}
			at = x.X
		default:
			return false
		}
	}
}

// isOpenScript reports whether an edit may be based on the tree of a RUN's script.
func (f *Dockerfile) isOpenScript(in *dockerfile.Instruction, s *dockerfile.Script) bool {
	return s != nil && s.Editable() && len(in.Heredocs) == 0 && len(s.File.Stmts) > 0 && f.RunsPOSIX(in) && !f.Swallows(in)
}

// Swallows reports whether a line behind a blank one inside an instruction begins with the
// keyword of an instruction in capitals: most likely it is one, and the backslash above
// the blank line is the mistake.
func (f *Dockerfile) Swallows(in *dockerfile.Instruction) bool {
	behind := false
	for _, l := range in.PhysicalLines() {
		switch l.Kind {
		case dockerfile.BlankLine:
			behind = true
		case dockerfile.CodeLine:
			if behind && beginsInstruction(string(f.Src[l.Text:l.Continued])) {
				return true
			}
			behind = false
		default:
		}
	}
	return false
}

func beginsInstruction(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}

// isElevated reports whether a command runs as another user than its RUN does.
func (c *Command) isElevated() bool {
	for _, w := range c.Wrappers {
		if name := w.Text[strings.LastIndexByte(w.Text, '/')+1:]; name == "sudo" {
			return true
		}
	}
	return false
}

// leavesShell reports whether a script may end before its last command though
// nothing failed: by exec, or by an exit that is not behind "||".
func leavesShell(file *syntax.File) bool {
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.BinaryCmd:
			if x.Op != syntax.OrStmt {
				return !found
			}
			if call, ok := x.Y.Cmd.(*syntax.CallExpr); ok && builtinOf(call) == "exit" {
				syntax.Walk(x.X, func(n syntax.Node) bool {
					call, ok := n.(*syntax.CallExpr)
					found = found || (ok && isLeaving(call))
					return !found
				})
				return false
			}
		case *syntax.CallExpr:
			found = found || isLeaving(x)
		}
		return !found
	})
	return found
}

// isLeaving reports whether a command ends the script, but for an exit that says that
// something failed.
func isLeaving(call *syntax.CallExpr) bool {
	switch builtinOf(call) {
	case "exec", "return":
		return true
	case "exit":
		status, err := strconv.Atoi(call.Args[len(call.Args)-1].Lit())
		return err != nil || status < 1 || status > 255
	}
	return false
}

// builtinOf is the first word of a command, behind those words that let a builtin
// stay one; empty where it is not literal.
func builtinOf(call *syntax.CallExpr) string {
	for _, w := range call.Args {
		switch name, _ := Literal(w); name {
		case "command", "builtin":
		default:
			return name
		}
	}
	return ""
}

// changesShell reports whether a script may change what later commands of the same
// shell see: its folder, variables, options, functions, traps, open files, jobs.
func changesShell(file *syntax.File) bool {
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.CallExpr:
			found = found || len(x.Args) == 0 || changesOwnShell(builtinOf(x)) || (builtinOf(x) == "printf" && hasWord(x, "-v"))
		case *syntax.Stmt:
			found = found || x.Background || x.Coprocess
		case *syntax.ParamExp:
			found = found || (x.Exp != nil && (x.Exp.Op == syntax.AssignUnset || x.Exp.Op == syntax.AssignUnsetOrNull))
		case *syntax.BinaryArithm, *syntax.UnaryArithm:
			found = found || assignsInArithmetic(n)
		case *syntax.FuncDecl, *syntax.DeclClause, *syntax.LetClause, *syntax.ForClause, *syntax.CoprocClause:
			found = true
		}
		return !found
	})
	return found
}

// changesOwnShell reports whether a builtin changes the shell that runs it. One
// whose name is not known counts.
func changesOwnShell(name string) bool {
	switch name {
	case "", ".", "source", "eval", "exec", "exit", "return", "break", "continue", "shift",
		"cd", "pushd", "popd", "dirs", "set", "unset", "shopt", "export", "readonly", "declare", "typeset", "local", "let",
		"read", "mapfile", "readarray", "getopts", "trap", "umask", "ulimit", "alias", "unalias", "hash", "enable",
		"wait", "jobs", "bg", "fg", "disown":
		return true
	}
	return false
}

func hasWord(call *syntax.CallExpr, word string) bool {
	return slices.ContainsFunc(call.Args, func(w *syntax.Word) bool { return w.Lit() == word })
}
