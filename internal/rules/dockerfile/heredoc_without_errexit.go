package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// HeredocWithoutErrexit reports `RUN` here-documents with several commands and without
// `set -e`.
//
// # Why it matters
//
// If a command fails, the shell continues with the next one, and the build only sees the
// status of the last one. The build then succeeds with an incomplete image.
//
// # How to fix it
//
// Begin the script with `set -e`:
//
//	RUN <<EOF
//	set -e
//	apt-get update
//	apt-get install -y curl
//	EOF
//
// # Fix safety
//
// The fix begins the script with `set -e`. A command whose failure is harmless today then
// stops the build: add `|| true` after it.
//
// # Exceptions
//
// It does not report:
//
//   - a here-document for another program, such as one with a `#!` line
//   - a `SHELL` with the option, such as `["/bin/sh", "-ec"]`
//   - scripts that use `trap`, which may handle failures
//   - scripts whose commands before the last one rarely fail, such as `mkdir`, `rm`,
//     `ln`, `chmod` and `useradd`
var HeredocWithoutErrexit = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "heredoc-without-errexit",
		Title:    "Here-document ignores failures before its last command",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHeredocWithoutErrexit,
}

func checkHeredocWithoutErrexit(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		if len(in.Heredocs) != 1 || in.JSON || !strings.HasPrefix(strings.TrimSpace(in.Args), "<<") || !p.Doc.RunsPOSIX(in) {
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
		for _, stmt := range stmts[:len(stmts)-1] {
			if at := failsUnseen(stmt); at != nil {
				p.Report(lint.Finding{
					Fixes:   exitOnError(p.Doc, in),
					Span:    script.SpanOf(at),
					Message: fmt.Sprintf("if %s fails, the script continues and the build can succeed; begin the here-document with set -e", quoteShort(firstLine(p.Doc.Text(script.SpanOf(at))))),
				})
				return
			}
		}
	})
}

// exitOnError puts "set -e" at the top of the here-document.
func exitOnError(d *facts.Dockerfile, in *dockerfile.Instruction) []lint.Fix {
	h := in.Heredocs[0]
	body := d.Text(h.Body)
	isSpecial := strings.HasPrefix(strings.TrimSpace(body), "#!") || strings.Contains(body, "\r")
	if isInner(in) || h.FD != 0 || !h.Closed || isSpecial {
		return nil
	}
	indent := body[:len(body)-len(strings.TrimLeft(body, " \t"))]
	return unsafeFix("begin with set -e", lint.EffectGraph, lint.Insert(h.Body.Start, indent+"set -e\n"))
}

// failsUnseen returns a simple command of a statement, or of a chain, that can well fail
// and whose status is not checked; nil for none.
func failsUnseen(stmt *syntax.Stmt) *syntax.CallExpr {
	switch x := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if len(x.Args) == 0 || stmt.Negated || stmt.Background {
			return nil
		}
		if name, literal := facts.Literal(x.Args[0]); !literal || facts.IsShellBuiltin(name) || cannotFail(name) || isTidying(name) || changesFiles(name) {
			return nil
		}
		return x
	case *syntax.BinaryCmd:
		if x.Op == syntax.AndStmt {
			return failsUnseen(x.Y)
		}
	}
	return nil
}

// changesFiles reports whether a program only makes, moves or marks files and users.
func changesFiles(name string) bool {
	switch baseName(name) {
	case "ln", "chmod", "chgrp", "mkdir", "rmdir", "touch", "mv", "cp", "install", "mktemp", "truncate", "setfacl", "stat", "sleep", "unlink",
		"useradd", "adduser", "usermod", "groupadd", "addgroup", "groupmod", "userdel", "groupdel", "chsh", "passwd", "chpasswd",
		"update-alternatives", "update-ca-certificates", "locale-gen", "setcap", "strip", "gzip", "envsubst", "a2enmod", "a2dismod", "a2ensite", "a2dissite":
		return true
	}
	return false
}
