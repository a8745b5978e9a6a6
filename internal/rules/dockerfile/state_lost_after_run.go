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

// StateLostAfterRun finds RUN instructions that end with cd, export, source of an
// environment, or the start of a service: folders, variables and processes end with the
// RUN, so it does nothing.
//
// Remove it, or use WORKDIR and ENV; put ENV PATH in place of an activated environment;
// start a service in the RUN that needs it.
//
// Silent for a cd behind other commands; where nothing follows in a stage that is not
// shipped and that no stage builds on; where a later instruction sets the same again; and
// for a PATH with nothing but the usual folders.
//
// There is no fix: whether ENV, WORKDIR or one RUN for all is meant only the author knows.
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
		what, better := lostState(stmt, alone)
		if what == "" || stmt.Background || len(stmt.Redirs) > 0 {
			return
		}
		if isMissedLater(p.Doc, in, stmt) {
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
			return "the variable", "remove it, or use ENV"
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
				return "the folder", "remove it, or use WORKDIR"
			}
		case "source", ".":
			if len(words) == 2 && isEnvironmentFile(last) {
				return "what it sets", "remove it, put ENV PATH or the like in its place, or source it in the RUN that needs it"
			}
		case "conda", "pyenv", "workon":
			if len(words) > 1 && (words[1] == "activate" || words[1] == "shell") {
				return "the environment", "remove it, or put ENV PATH in its place"
			}
		case "unset":
			if alone && len(words) > 1 && !strings.HasPrefix(words[1], "-f") {
				return "the change", "remove the variable from ENV, or unset it in the RUN that needs that"
			}
		case "service", "systemctl", "rc-service":
			if alone && len(words) == 3 && (last == "start" || words[1] == "start" || last == "restart") {
				return "the service", "remove it, or start it in the RUN that needs it, or with the container"
			}
		}
	}
	return "", ""
}

// isMissedLater reports whether something runs after the instruction that could need the
// state, and nothing sets it again.
func isMissedLater(d *facts.Dockerfile, in *dockerfile.Instruction, stmt *syntax.Stmt) bool {
	s := d.StageOf(in)
	if s == nil {
		return false
	}
	runs := s.ReachesFinal() && s.InFinalImage() // its containers run later
	mark := setAgainBy(stmt)
	for _, x := range d.Stages()[s.Index:] {
		if x != s && !slices.Contains(x.Chain(), s) {
			continue
		}
		for _, later := range x.Instructions {
			if later.Index() <= in.Index() {
				continue
			}
			switch later.Keyword {
			case "run", "cmd", "entrypoint", "healthcheck":
				runs = true
			case "env":
			default:
				continue
			}
			if mark != "" && setsAgain(d.Text(later.Span), mark) {
				return false
			}
		}
	}
	return runs && !isUsualPath(stmt)
}

// setAgainBy is the text by which a later instruction sets the state of a statement again;
// empty where there is none to look for.
func setAgainBy(stmt *syntax.Stmt) string {
	switch x := stmt.Cmd.(type) {
	case *syntax.DeclClause:
		if name := x.Args[0].Name; name != nil && name.Value != "PATH" {
			return name.Value + "="
		}
	case *syntax.CallExpr:
		first, _ := facts.Literal(x.Args[0])
		last, _ := facts.Literal(x.Args[len(x.Args)-1])
		switch first {
		case "conda", "pyenv", "workon":
			return " activate " + last
		case "source", ".":
			return last
		}
	}
	return ""
}

// setsAgain reports whether a text has such a mark, of a variable as the beginning of a word.
func setsAgain(text, mark string) bool {
	if !strings.HasSuffix(mark, "=") {
		return strings.Contains(text, mark)
	}
	return slices.ContainsFunc(strings.Fields(text), func(word string) bool { return strings.HasPrefix(word, mark) })
}

// isUsualPath reports whether a statement only adds folders to PATH that are there in every
// image.
func isUsualPath(stmt *syntax.Stmt) bool {
	x, ok := stmt.Cmd.(*syntax.DeclClause)
	if !ok || len(x.Args) != 1 || x.Args[0].Name == nil || x.Args[0].Name.Value != "PATH" {
		return false
	}
	var text strings.Builder
	if err := syntax.NewPrinter().Print(&text, x.Args[0].Value); err != nil {
		return false
	}
	for part := range strings.SplitSeq(strings.Trim(text.String(), `"'`), ":") {
		switch part {
		case "$PATH", "${PATH}", "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin":
		default:
			return false
		}
	}
	return true
}

// isEnvironmentFile reports whether a file only sets variables and functions of the shell.
func isEnvironmentFile(name string) bool {
	switch baseName(name) {
	case "activate", ".bashrc", ".bash_profile", ".profile", "profile", ".zshrc", "bashrc", "bash.bashrc", "environment", "nvm.sh", "sdkman-init.sh":
		return true
	}
	return strings.HasSuffix(name, "/.cargo/env")
}
