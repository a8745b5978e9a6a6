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
// There is no automatic fix: a command that fails in every build today would then stop it, and
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
				Message: fmt.Sprintf(
					"if %s fails, the build continues, because %s decides the exit status; join them with \"&&\", or begin with set -e",
					quoteShort(firstLine(p.Doc.Text(at.Span))),
					quoteShort(firstLine(p.Doc.Text(script.SpanOf(stmts[len(stmts)-1])))),
				),
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
