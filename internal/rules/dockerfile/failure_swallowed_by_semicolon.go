package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// FailureSwallowedBySemicolon reports `RUN` instructions in which an installation, a
// download or a build is followed by `;` and the last command only cleans up or sets
// owners.
//
// # Why it matters
//
// A script has the exit status of its last command. The cleanup succeeds, so the build
// continues without what failed, and the container fails later.
//
// # How to fix it
//
// Join the commands with `&&`, or begin with `set -e`:
//
//	RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
//
// # Fix safety
//
// There is no fix: a command that fails in every build today would then stop it, and
// only the author knows which failures matter.
//
// # Exceptions
//
// It does not report:
//
//   - scripts under `set -e`
//   - scripts that check the status, with `$?`, `wait` or `exit`
//   - scripts whose last command would fail too
//   - here-documents and exec form
var FailureSwallowedBySemicolon = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "failure-swallowed-by-semicolon",
		Title:    "RUN succeeds although an earlier command fails",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkFailureSwallowedBySemicolon,
}

func checkFailureSwallowedBySemicolon(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		if in.JSON || len(in.Heredocs) > 0 || !strings.Contains(in.Body, ";") || !p.Doc.RunsPOSIX(in) {
			return
		}
		if exitsOnError(p.Doc, in) {
			return
		}
		script := in.Script()
		if script == nil || script.File == nil || len(script.File.Stmts) < 2 {
			return
		}
		stmts := script.File.Stmts
		if !onlyTidies(stmts[len(stmts)-1]) {
			return
		}
		commands := map[*syntax.CallExpr]*facts.Command{}
		for _, c := range p.Doc.Commands(in) {
			commands[c.Call] = c
		}
		for i := len(stmts) - 2; i >= 0; i-- {
			stmt := stmts[i]
			if stopsOrLooks(stmt) {
				return
			}
			at := workOf(stmt, commands)
			if at == nil {
				if !onlyTidies(stmt) {
					return // which may fail where the work did
				}
				continue
			}
			p.Report(lint.Finding{
				Span:    in.Head,
				Related: []lint.Related{{Span: at.Span, Message: "the failure of this command is lost"}},
				Message: fmt.Sprintf("if %s fails, the build continues, because %s decides the exit status; join them with \"&&\", or begin with set -e", quoteShort(firstLine(p.Doc.Text(at.Span))), quoteShort(firstLine(p.Doc.Text(script.SpanOf(stmts[len(stmts)-1]))))),
			})
			return
		}
	})
}

// onlyTidies reports whether a statement has nothing but commands that succeed whatever
// came before.
func onlyTidies(stmt *syntax.Stmt) bool {
	switch x := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if len(x.Args) == 0 {
			return false
		}
		name, _ := facts.Literal(x.Args[0])
		if name == "apt-get" || name == "apt" || name == "yum" || name == "dnf" || name == "npm" || name == "conda" || name == "pip" {
			return hasAnyWord(x, "clean", "autoclean", "autoremove", "purge", "cache")
		}
		return isTidying(name)
	case *syntax.BinaryCmd:
		return (x.Op == syntax.AndStmt || x.Op == syntax.OrStmt) && onlyTidies(x.X) && onlyTidies(x.Y)
	}
	return false
}

func hasAnyWord(call *syntax.CallExpr, words ...string) bool {
	return slices.ContainsFunc(call.Args[1:], func(w *syntax.Word) bool {
		word, _ := facts.Literal(w)
		return slices.Contains(words, word)
	})
}

// isTidying reports whether a program only cleans up or prints something.
func isTidying(name string) bool {
	switch name {
	case "rm", "chown", "echo", "true", ":", "ldconfig", "printf", "history", "sync", "date":
		return true
	}
	return false
}

// stopsOrLooks reports whether a statement ends the script or looks at the status of the
// one before.
func stopsOrLooks(stmt *syntax.Stmt) bool {
	found := false
	syntax.Walk(stmt, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.CallExpr:
			if len(x.Args) > 0 {
				name, _ := facts.Literal(x.Args[0])
				found = found || name == "exit" || name == "wait"
			}
		case *syntax.ParamExp:
			found = found || (x.Param != nil && x.Param.Value == "?")
		}
		return !found
	})
	return found
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
		return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return strings.Contains(a.Text, "://") || strings.Contains(a.Text, "$") })
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
