package facts

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// HealthScript parses the script of a health check; ok is false where it is no
// POSIX shell script.
func HealthScript(script string) (file *syntax.File, ok bool) {
	file, err := parsePOSIX(script)
	return file, err == nil && len(file.Stmts) > 0
}

// NeverFails finds the command that makes a script end with status 0 whatever
// its checks say: "|| true", "|| echo down", "; exit 0", an if without else. It
// is nil where the script may fail, where it checks nothing, as "exit 0" alone,
// and where another status is written anywhere.
func NeverFails(file *syntax.File) syntax.Node {
	if len(file.Stmts) == 0 || mayExit(file) {
		return nil
	}
	last := file.Stmts[len(file.Stmts)-1]
	if swallowing := swallows(last); swallowing != nil {
		return swallowing
	}
	if len(file.Stmts) > 1 && alwaysSucceeds(last) {
		return last
	}
	return nil
}

// swallows is the part of a statement that hides the status of its first part.
func swallows(s *syntax.Stmt) syntax.Node {
	if s.Negated || s.Background {
		return nil
	}
	switch x := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		if x.Op == syntax.OrStmt && alwaysSucceeds(x.Y) {
			return x.Y
		}
	case *syntax.IfClause:
		if x.Else == nil && len(x.Then) > 0 && alwaysSucceeds(x.Then[len(x.Then)-1]) {
			return x
		}
	case *syntax.Block:
		if len(x.Stmts) > 0 {
			return swallows(x.Stmts[len(x.Stmts)-1])
		}
	}
	return nil
}

// alwaysSucceeds reports whether a statement ends with status 0 whatever came
// before it.
func alwaysSucceeds(s *syntax.Stmt) bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if s.Negated || s.Background || !ok || len(call.Args) == 0 {
		return false
	}
	switch call.Args[0].Lit() {
	case "true", ":", "echo", "printf":
		return true
	case "exit":
		return len(call.Args) == 2 && call.Args[1].Lit() == "0"
	}
	return false
}

// mayExit reports whether a script leaves with another status than 0, or stops
// at the first failure.
func mayExit(file *syntax.File) bool {
	may := false
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return !may
		}
		switch call.Args[0].Lit() {
		case "exit", "return":
			may = may || len(call.Args) < 2 || call.Args[1].Lit() != "0"
		case "set", "kill", "exec", "eval", ".", "source":
			may = true
		}
		return !may
	})
	return may
}

// SavesAnswer reports whether the arguments of wget make it write what it gets
// to a file named after the address (GNU Wget's manual, "Download Options";
// BusyBox's wget, which then fails at the second check, since the file is there).
func SavesAnswer(args []string) bool {
	asks := false
	for _, a := range args {
		switch {
		case strings.HasPrefix(a, "--"):
			name, _, _ := strings.Cut(a, "=")
			switch name {
			case "--spider", "--output-document", "--delete-after", "--version", "--help", "--input-file", "--config":
				return false
			}
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if strings.ContainsAny(a, "OVhi") {
				return false
			}
		case strings.Contains(a, "$") && !strings.Contains(a, "://"):
			return false // a variable may hold flags
		default:
			asks = true
		}
	}
	return asks
}
