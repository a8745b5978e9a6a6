package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// StateLostAfterRun finds RUN instructions that end with cd, export, source of an
// environment, or the start of a service: folders, variables and processes end with the
// RUN, so it does nothing.
//
// Use WORKDIR and ENV; put ENV PATH in place of an activated environment; start a service
// in the RUN that needs it.
//
// Silent for a cd behind other commands.
var StateLostAfterRun = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "state-lost-after-run",
		Title:    "What the RUN sets ends with it",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkStateLostAfterRun,
}

func checkStateLostAfterRun(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		if in.JSON || len(in.Heredocs) > 0 || !p.Doc.RunsPOSIX(in) {
			return
		}
		script := in.Script()
		if script == nil || script.File == nil || len(script.File.Stmts) == 0 {
			return
		}
		stmt := script.File.Stmts[len(script.File.Stmts)-1]
		alone := len(script.File.Stmts) == 1
		for {
			chain, ok := stmt.Cmd.(*syntax.BinaryCmd)
			if !ok || chain.Op != syntax.AndStmt {
				break
			}
			stmt, alone = chain.Y, false
		}
		if what, better := lostState(stmt, alone); what != "" && !stmt.Background && len(stmt.Redirs) == 0 {
			p.Report(lint.Finding{
				Span:    script.SpanOf(stmt),
				Message: fmt.Sprintf("%s ends with this RUN, so %s does nothing; %s", what, quoteShort(firstLine(p.Doc.Text(script.SpanOf(stmt)))), better),
			})
		}
	})
}

// lostState says what the last command of a RUN sets, and what to do in its place; both are
// empty for any other command.
func lostState(stmt *syntax.Stmt, alone bool) (what, better string) {
	switch x := stmt.Cmd.(type) {
	case *syntax.DeclClause:
		if x.Variant.Value == "export" && len(x.Args) > 0 && x.Args[0].Value != nil {
			return "the variable", "use ENV"
		}
	case *syntax.CallExpr:
		if len(x.Args) == 0 {
			return "", ""
		}
		words := make([]string, len(x.Args))
		for i, w := range x.Args {
			words[i], _ = facts.Literal(w)
		}
		last := words[len(words)-1]
		switch words[0] {
		case "cd":
			if alone && len(words) == 2 {
				return "the folder", "use WORKDIR"
			}
		case "source", ".":
			if len(words) == 2 && isEnvironmentFile(last) {
				return "what it sets", "put ENV PATH or the like in its place, or source it in the RUN that needs it"
			}
		case "conda", "pyenv", "workon":
			if len(words) > 1 && (words[1] == "activate" || words[1] == "shell") {
				return "the environment", "put ENV PATH in its place"
			}
		case "unset":
			if alone && len(words) > 1 && !strings.HasPrefix(words[1], "-f") {
				return "the change", "remove the variable from ENV, or unset it in the RUN that needs that"
			}
		case "service", "systemctl", "rc-service":
			if alone && len(words) == 3 && (last == "start" || words[1] == "start" || last == "restart") {
				return "the service", "start it in the RUN that needs it, or with the container"
			}
		}
	}
	return "", ""
}

// isEnvironmentFile reports whether a file only sets variables and functions of the shell.
func isEnvironmentFile(name string) bool {
	switch baseName(name) {
	case "activate", ".bashrc", ".bash_profile", ".profile", "profile", ".zshrc", "bashrc", "bash.bashrc", "environment", "nvm.sh", "sdkman-init.sh":
		return true
	}
	return strings.HasSuffix(name, "/.cargo/env")
}
