package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// isTidying reports whether a program only cleans up or prints something.
func isTidying(name string) bool {
	switch name {
	case "rm", "chown", "echo", "true", ":", "ldconfig", "printf", "history", "sync", "date":
		return true
	}
	return false
}

// workOf finds the last installation, download or build of a statement whose failure is
// that of the statement, or of one of its branches.
func workOf(stmt *syntax.Stmt, commands map[*syntax.CallExpr]*facts.Command) *facts.Command {
	if stmt.Negated || stmt.Background {
		return nil
	}
	last := func(list []*syntax.Stmt) *facts.Command {
		if len(list) == 0 {
			return nil
		}
		return workOf(list[len(list)-1], commands)
	}
	switch x := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if c := commands[x]; c != nil && isWork(c) {
			return c
		}
	case *syntax.BinaryCmd:
		if x.Op != syntax.AndStmt {
			return nil
		}
		if c := workOf(x.X, commands); c != nil {
			return c
		}
		return workOf(x.Y, commands)
	case *syntax.IfClause:
		for branch := x; branch != nil; branch = branch.Else {
			if c := last(branch.Then); c != nil {
				return c
			}
		}
	case *syntax.Block:
		return last(x.Stmts)
	case *syntax.Subshell:
		return last(x.Stmts)
	}
	return nil
}

// isWork reports whether a command installs, fetches or builds something.
func isWork(c *facts.Command) bool {
	switch c.Name() {
	case "curl", "wget":
		return slices.ContainsFunc(
			c.Args(),
			func(a facts.Argument) bool { return strings.Contains(a.Text, "://") || strings.Contains(a.Text, "$") },
		)
	case "make", "cmake", "mvn", "gradle", "tar", "unzip", "dpkg", "rpm":
		return true
	case "git":
		return firstAction(c) == "clone"
	case "rake", "rails", "bundle", "npm", "yarn", "pnpm", "bun":
		words := c.Positional()
		if len(words) > 0 && words[len(words)-1].Text == "assets:precompile" {
			return true
		}
		if len(words) == 2 && words[0].Text == "run" && words[1].Text == "build" {
			return true
		}
	}
	pkg, ok := facts.Packages(c)
	return ok && slices.Contains([]string{"install", "add", "ci", "sync", "build", "require", "i", "localinstall", "groupinstall"}, pkg.Action)
}

// hasFallback reports whether the script continues where the command fails.
func hasFallback(c *facts.Command) bool {
	if c.Script == nil {
		return false
	}
	found := false
	syntax.Walk(c.Script.File, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.BinaryCmd); ok && b.Op == syntax.OrStmt && c.Script.SpanOf(b.X).Contains(c.Span) {
			found = true
		}
		return !found
	})
	return found
}

// exitsOnError reports whether set -e applies where a script begins, or is in it.
func exitsOnError(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	body := in.Body
	for _, h := range in.Heredocs {
		body += d.Text(h.Body)
	}
	for _, mark := range [...]string{"set -e", "set -o errexit", "set -xe", "set -ue", "set -xue", "set -uxe", "set -Ee", "set -xEe", "-o errexit", "set -vxe", "set -x -e", "set -u -e", "trap "} {
		if strings.Contains(body, mark) {
			return true
		}
	}
	if first := strings.TrimSpace(body); strings.Contains(first, "#!") {
		return true // another program, or options of its own
	}
	s := d.StageOf(in)
	return s != nil && slices.ContainsFunc(s.Shell(in).Words, func(w string) bool {
		return w == "errexit" || (len(w) > 1 && w[0] == '-' && w[1] != '-' && strings.Contains(w, "e"))
	})
}

// stmtName is the name of the command that a statement runs last; empty for
// none that is plain.
func stmtName(s *syntax.Stmt) string {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(c.Args) > 0 {
			if name, ok := facts.Literal(c.Args[0]); ok {
				return name
			}
		}
	case *syntax.BinaryCmd:
		return stmtName(c.Y)
	}
	return ""
}

// cannotFail reports whether a left side's failure would not matter, or is none.
func cannotFail(name string) bool {
	switch name {
	case "", "echo", "printf", "yes", "cat", "ls", "find", "env", "set", "true", "uname", "dpkg-query", "head", "tail", "grep", "egrep", "fgrep", "sed", "awk", "gawk", "mawk", "nawk", "uniq", "wc", "rev", "tac",
		"sort", "cut", "tr", "date", "id", "whoami", "ldd", "scanelf", "apk", "apt-mark", "dpkg", "getconf", "nproc", "basename", "dirname", "seq", "fc-list", "locale", "tee", "xargs", "zcat", "jq", "du", "ps", "which", "command", "strings", "file", "debconf-get-selections", "openssl", "rpm":
		return true
	}
	return false
}
