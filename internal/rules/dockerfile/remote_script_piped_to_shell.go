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

// RemoteScriptPipedToShell reports `curl` or `wget` whose output runs in a shell or
// another interpreter: through a pipe, also with `tee` or a filter in it, and in `bash
// -c "$(curl ...)"`, `bash <(curl ...)`, `eval` and `source`. It also reads scripts of
// the repository that `RUN`, `CMD` or `ENTRYPOINT` start. If the URL has a version or a
// commit, the severity is info.
//
// # Why it matters
//
// Anyone who controls the server, today or later, can run commands as root in the build,
// and can put anything into the image.
//
// # How to fix it
//
// Download a fixed version, check its checksum, and then run it:
//
//	RUN curl -fsSLo install.sh https://example.com/v1.2.3/install.sh \
//	    && echo "<checksum>  install.sh" | sha256sum -c - && sh install.sh
//
// # Fix safety
//
// There is no automatic fix: the checksum must come from a person who looked at the script.
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` or a script that checks a checksum or a signature
var RemoteScriptPipedToShell = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "remote-script-piped-to-shell",
		Title:    "Downloaded script runs without a check",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-4.11", "DF021", "docs:pipes"),
	},
	Check: checkRemoteScriptPipedToShell,
}

func checkRemoteScriptPipedToShell(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if (!strings.Contains(in.Body, "curl") && !strings.Contains(in.Body, "wget")) || checksDigest(in.Body) || !p.Doc.RunsPOSIX(in) {
			return
		}
		s := in.Script()
		if s == nil || s.File == nil {
			return
		}
		eachRemoteScript(s.File, func(n, fetch syntax.Node, program string) {
			f := lint.Finding{Span: s.SpanOf(n)}
			if address, _ := p.Doc.Expand(in, p.Doc.Text(s.SpanOf(fetch))); namesVersion(address) {
				f.Severity = lint.Info
			}
			f.Message = fmt.Sprintf("the output of %s runs as a script without verification; download a fixed version, verify its checksum, then run it", program)
			p.Report(f)
		})
	})
	for _, s := range p.Doc.Stages() {
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint":
				reportRemoteInScripts(p, s, in)
			}
		}
	}
}

// reportRemoteInScripts looks at the scripts that an instruction starts.
func reportRemoteInScripts(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	if in.Keyword == "run" && checksDigest(in.Body) {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		script := p.Project.ScriptOf(s, c)
		if script == nil || checksDigest(string(script.Source.Bytes)) {
			continue
		}
		reported := false
		eachRemoteScript(script.File, func(n, fetch syntax.Node, program string) {
			if reported {
				return
			}
			reported = true
			f := lint.Finding{
				Span: c.Span,
				Message: fmt.Sprintf("%s, which this command starts, runs the output of %s without a check; download a fixed version, verify its checksum, then run it",
					quoteShort(script.Source.Path), program),
				Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(n), Message: "the script is downloaded and run here"}},
			}
			if namesVersion(script.TextOf(fetch)) {
				f.Severity = lint.Info
			}
			p.Report(f)
		})
	}
}

// eachRemoteScript calls visit for each place of a script that runs what a program
// downloads, with the node that downloads it.
func eachRemoteScript(file *syntax.File, visit func(n, fetch syntax.Node, program string)) {
	syntax.Walk(file, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.BinaryCmd:
			if !isPipe(x) || !interprets(x.Y) {
				return true
			}
			if first := firstOfPipe(x); isFetch(first) {
				visit(x, first, stmtName(first))
				return false
			}
		case *syntax.Stmt:
			call, ok := x.Cmd.(*syntax.CallExpr)
			if !ok || !runsText(call) {
				return true
			}
			for _, w := range call.Args[1:] {
				if fetch := fetchIn(w, isEval(call)); fetch != nil {
					visit(x, fetch, stmtName(fetch))
					return false
				}
				if program := pipedInside(w); program != "" {
					visit(x, w, program)
					return false
				}
			}
		}
		return true
	})
}

func isPipe(x *syntax.BinaryCmd) bool { return x.Op == syntax.Pipe || x.Op == syntax.PipeAll }

// firstOfPipe is the first command of a pipe, if only filters are between it and the last
// one.
func firstOfPipe(x *syntax.BinaryCmd) *syntax.Stmt {
	left := x.X
	for {
		inner, ok := left.Cmd.(*syntax.BinaryCmd)
		if !ok || !isPipe(inner) {
			return left
		}
		switch stmtName(inner.Y) {
		case "tee", "sed", "tr", "cat", "gunzip", "zcat", "grep", "envsubst", "tac", "awk":
		default:
			return inner.Y
		}
		left = inner.X
	}
}

// isFetch reports whether a statement only downloads something.
func isFetch(s *syntax.Stmt) bool {
	if _, ok := s.Cmd.(*syntax.CallExpr); !ok {
		return false
	}
	name := stmtName(s)
	return name == "curl" || name == "wget"
}

// runsText reports whether a call runs a script that it is given as a word: an interpreter,
// eval, or source.
func runsText(call *syntax.CallExpr) bool {
	return len(call.Args) > 1 && (interprets(&syntax.Stmt{Cmd: call}) || isEval(call))
}

func isEval(call *syntax.CallExpr) bool {
	name, _ := facts.Literal(call.Args[0])
	return name == "eval" || name == "source" || name == "."
}

// fetchIn finds the download in a word: "<(curl ...)", or "$(curl ...)" where the word is
// the script. It is nil for a word with other text around it.
func fetchIn(w *syntax.Word, substituted bool) (fetch *syntax.Stmt) {
	parts := w.Parts
	if len(parts) == 1 {
		if quoted, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = quoted.Parts
			substituted = true
		}
	}
	if len(parts) != 1 {
		return nil
	}
	var list []*syntax.Stmt
	switch x := parts[0].(type) {
	case *syntax.CmdSubst:
		if substituted {
			list = x.Stmts
		}
	case *syntax.ProcSubst:
		list = x.Stmts
	}
	if len(list) != 1 || !isFetch(list[0]) {
		return nil
	}
	return list[0]
}

// pipedInside is the program whose output a script in quotes pipes into an interpreter.
func pipedInside(w *syntax.Word) string {
	script, ok := facts.Literal(w)
	if !ok || !strings.Contains(script, "|") {
		return ""
	}
	file, ok := facts.ParseScript(script)
	if !ok {
		return ""
	}
	found := ""
	syntax.Walk(file, func(n syntax.Node) bool {
		if x, ok := n.(*syntax.BinaryCmd); ok && isPipe(x) && interprets(x.Y) {
			if first := firstOfPipe(x); isFetch(first) {
				found = stmtName(first)
			}
		}
		return found == ""
	})
	return found
}

// namesVersion reports whether a part of a URL is a version with a dot, such as v1.2.3, or
// a commit.
func namesVersion(command string) bool {
	_, address, _ := strings.Cut(command, "://")
	address, _, _ = strings.Cut(address, " ")
	_, path, _ := strings.Cut(strings.Trim(address, `"'`), "/")
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool {
		if len(part) == 40 && strings.Trim(part, "0123456789abcdef") == "" {
			return true
		}
		numbers := strings.Split(strings.TrimPrefix(part, "v"), ".")
		return len(numbers) > 1 &&
			!slices.ContainsFunc(numbers[:2], func(n string) bool { return n == "" || strings.Trim(n, "0123456789") != "" })
	})
}
