package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellWrapperWithoutExec finds ["sh", "-c", "..."] whose last command is
// started without exec.
//
// The shell stays process 1 and does not pass the stop signal on, just as in
// shell form. With exec in front, the last command takes the shell's place.
//
// Silent for bash where the last command is a plain one, since bash does that
// by itself; where that command is a part of a pipe, a list with || or a
// compound command; for scripts with trap or wait; and behind tini, dumb-init
// and their like.
var ShellWrapperWithoutExec = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-wrapper-without-exec",
		Title:    "A shell that does not exec its last command keeps the stop signal from it",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkShellWrapperWithoutExec,
}

func checkShellWrapperWithoutExec(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, keyword := range []string{"entrypoint", "cmd"} {
			in := s.LastOwn(keyword)
			if in == nil || !in.JSON || in.Err != nil || len(in.Words) != 3 {
				continue
			}
			if keyword == "cmd" && s.Entrypoint() != nil {
				continue // these are arguments
			}
			checkWrapper(p, in)
		}
	}
}

func checkWrapper(p *lint.Pass[*facts.Dockerfile], in *dockerfile.Instruction) {
	shell := path.Base(in.Words[0].Text)
	flags, isFlag := strings.CutPrefix(in.Words[1].Text, "-")
	if !isFlag || !strings.HasSuffix(flags, "c") || strings.Contains(flags, "i") {
		return
	}
	switch shell {
	case "sh", "dash", "ash":
	default:
		return // bash replaces itself, others are rare
	}
	script := in.Words[2]
	last, offset, ok := lastCommand(script.Text)
	if !ok {
		return
	}
	f := lint.Finding{
		Span:    script.Span,
		Message: fmt.Sprintf("%s stays in front of %s and keeps the stop signal from it; write exec %s", shell, quoteShort(last), short(last)),
	}
	// The word as written maps byte for byte to its decoded text only without
	// escapes.
	if p.Doc.Text(script.Span) == `"`+script.Text+`"` {
		f.Fixes = []lint.Fix{{
			Title: "put exec before the last command", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
			Edits: []lint.FileEdit{lint.Insert(script.Span.Start+1+offset, "exec ")},
		}}
	}
	p.Report(f)
}

// lastCommand finds the program that the script ends with, and where it stands;
// ok is false where exec is there, does not fit, or the script handles signals.
func lastCommand(script string) (name string, offset int, ok bool) {
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
	if name == "" || isBuiltin(name) {
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

// isBuiltin tells whether a name is a command of the shell itself, which exec
// cannot start.
func isBuiltin(name string) bool {
	switch name {
	case ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exit", "export", "false", "fc", "fg", "getopts",
		"hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times", "true",
		"type", "ulimit", "umask", "unalias", "unset":
		return true
	}
	return false
}
