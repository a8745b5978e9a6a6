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

// StateLostAfterRun reports `RUN` instructions that end with a command that only changes
// the state of their shell: cd, export, unset, source of an environment, or the start of a
// service.
//
// # Why it matters
//
// Each `RUN` has its own shell. The working directory, the variables and the running
// processes end with it, so the next instruction starts without them: in another
// directory, without the variable, or without the service.
//
// # How to fix it
//
// Use the instruction that lasts:
//
//	WORKDIR /srv
//	ENV MODE=fast PATH=/opt/venv/bin:$PATH
//
// Start a service in the `RUN` that needs it, or with the container.
//
// # Fix safety
//
// A `RUN` that does nothing but export plain values becomes an `ENV`. The variable is then
// set in all later steps and in the container. There is no fix for other commands: only the
// author knows whether `ENV`, `WORKDIR` or a single `RUN` is meant.
//
// # Exceptions
//
// It does not report:
//
//   - a cd after other commands of the same `RUN`
//   - the last `RUN` of a stage that is not part of the image and that no stage builds on
//   - a state that a later instruction sets again
//   - a `PATH` with only the usual directories
var StateLostAfterRun = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "state-lost-after-run",
		Title:    "Change of the shell's state is lost when the RUN ends",
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
				Message: fmt.Sprintf("%s this RUN, so %s has no effect; %s", what, quoteShort(firstLine(p.Doc.Text(script.SpanOf(stmt)))), better),
				Fixes:   exportAsENV(p.Doc, in),
			})
		}
	})
}

// lostState returns what happens to the state that the last command of a RUN sets, and what
// to use instead; both are empty for any other command.
func lostState(stmt *syntax.Stmt, alone bool) (what, better string) {
	switch x := stmt.Cmd.(type) {
	case *syntax.DeclClause:
		if x.Variant.Value == "export" && len(x.Args) > 0 && x.Args[0].Value != nil {
			return "the variable is lost after", "remove it, or use ENV"
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
				return "the directory is only set for", "remove it, or use WORKDIR"
			}
		case "source", ".":
			if len(words) == 2 && isEnvironmentFile(last) {
				return "the environment is lost after", "remove it, use ENV instead, or source it in the RUN that needs it"
			}
		case "conda", "pyenv", "workon":
			if len(words) > 1 && (words[1] == "activate" || words[1] == "shell") {
				return "the environment is lost after", "remove it, or use ENV PATH instead"
			}
		case "unset":
			if alone && len(words) > 1 && !strings.HasPrefix(words[1], "-f") {
				return "the variable is only unset for", "remove the variable from ENV, or unset it in the RUN that needs it unset"
			}
		case "service", "systemctl", "rc-service":
			if alone && len(words) == 3 && (last == "start" || words[1] == "start" || last == "restart") {
				return "the service stops after", "remove it, start it in the RUN that needs it, or start it with the container"
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
