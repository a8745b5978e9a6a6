package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// IsPlainShell reports whether words begin with a POSIX shell and a flag that ends
// in c, so that the next word is a script. Bash is none of these: it replaces
// itself by the last command without being told.
func IsPlainShell(words []string) bool {
	if len(words) < 2 {
		return false
	}
	flags, isFlag := strings.CutPrefix(words[1], "-")
	if !isFlag || !strings.HasSuffix(flags, "c") || strings.Contains(flags, "i") {
		return false
	}
	switch path.Base(words[0]) {
	case "sh", "dash", "ash":
		return true
	}
	return false
}

// LastCommand finds the program that a script of a shell ends with, and where it
// stands; ok is false where exec is there, does not fit, or the script handles
// signals.
func LastCommand(script string) (name string, offset int, ok bool) {
	file, err := parsePOSIX(script)
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
	if name == "" || IsShellBuiltin(name) {
		return "", 0, false
	}
	return name, int(call.Args[0].Pos().Offset()), true
}

// parsePOSIX parses a script; the error is that of dockerfile.ParseShell.
func parsePOSIX(script string) (*syntax.File, error) {
	return dockerfile.ParseShell(syntax.LangPOSIX, script)
}

// ParseScript parses a script for a POSIX shell; ok is false where it is none.
func ParseScript(script string) (file *syntax.File, ok bool) {
	file, err := parsePOSIX(script)
	return file, err == nil
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

// IsShellBuiltin reports whether a name is a command of the shell itself, which
// exec cannot start.
func IsShellBuiltin(name string) bool {
	switch name {
	case ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exit", "export", "false", "fc", "fg", "getopts",
		"hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times", "true",
		"trap", "type", "ulimit", "umask", "unalias", "unset", "wait":
		return true
	}
	return false
}

// IsShell reports whether words begin with a shell, bash among them, and a flag
// that ends in c.
func IsShell(words []string) bool {
	return IsPlainShell(words) ||
		(len(words) > 1 && path.Base(words[0]) == "bash" && strings.HasSuffix(words[1], "c") && strings.HasPrefix(words[1], "-"))
}

// IsInterpreter reports whether a program runs scripts and handles no signal by itself:
// as process 1 it ignores SIGTERM unless the script asks for it.
func IsInterpreter(program string) bool {
	name := path.Base(program)
	switch name {
	case "node", "ruby", "perl", "php", "locust":
		return true
	}
	return strings.HasPrefix(name, "python")
}
