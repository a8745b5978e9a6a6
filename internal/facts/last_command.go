package facts

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// LastCommand finds the program that the script ends with, and where it stands;
// ok is false where exec is there, does not fit, or the script handles signals.
func LastCommand(script string) (name string, offset int, ok bool) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil || len(file.Stmts) == 0 {
		return "", 0, false
	}
	handled := false
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			switch call.Args[0].Lit() {
			case "trap", "wait", "exec":
				handled = true
			}
		}
		if stmt, ok := n.(*syntax.Stmt); ok && stmt.Background {
			handled = true
		}
		return !handled
	})
	call := lastCall(file.Stmts[len(file.Stmts)-1])
	if handled || call == nil {
		return "", 0, false
	}
	name = call.Args[0].Lit()
	if name == "" || IsBuiltin(name) {
		return "", 0, false
	}
	return name, int(call.Args[0].Pos().Offset()), true
}

// lastCall follows && to the simple command that runs last.
func lastCall(stmt *syntax.Stmt) *syntax.CallExpr {
	if stmt.Negated || stmt.Background || stmt.Coprocess {
		return nil
	}
	switch x := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if len(x.Args) > 0 && len(x.Assigns) == 0 {
			return x
		}
	case *syntax.BinaryCmd:
		if x.Op == syntax.AndStmt {
			return lastCall(x.Y)
		}
	}
	return nil
}

// IsBuiltin tells whether a name is a command of the shell itself, which exec
// cannot start.
func IsBuiltin(name string) bool {
	switch name {
	case ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exit", "export", "false", "fc", "fg", "getopts",
		"hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times", "true",
		"type", "ulimit", "umask", "unalias", "unset":
		return true
	}
	return false
}
