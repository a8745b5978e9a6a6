package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// FailureIgnored reports installations, downloads and builds that are followed by `|| true`
// or `|| echo`.
//
// # Why it matters
//
// The step succeeds when the command fails, so the image is built and shipped without what
// the command installs. After a chain, the fallback hides every failure: in `make && make
// install && strip tool || true`, also that of `make`.
//
// # How to fix it
//
// Remove the fallback. If something may be missing, test for that, so that other failures
// stop the build. After a chain, put the last command in braces:
//
//	RUN make && make install && { strip tool || true; }
//
// # Fix safety
//
// There is no automatic fix: only the author knows which failures are expected.
//
// # Exceptions
//
// It does not report:
//
//   - commands that only clean up
//   - a single installation inside `if` or `case` whose other branch does something, stops
//     or tries again
//   - stages for development
var FailureIgnored = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "failure-ignored",
		Title:    "A failed installation is ignored",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkFailureIgnored,
}

func checkFailureIgnored(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", false, func(in *dockerfile.Instruction) {
		s := p.Doc.StageOf(in)
		if s == nil || !s.ReachesFinal() || isDevelopment(s) || !strings.Contains(in.Body, "||") {
			return
		}
		if !p.Doc.RunsPOSIX(in) {
			return
		}
		script := in.Script()
		if in.JSON || script == nil || script.File == nil {
			return
		}
		commands := map[*syntax.CallExpr]*facts.Command{}
		for _, c := range p.Doc.Commands(in) {
			commands[c.Call] = c
		}
		found := false
		syntax.Walk(script.File, func(n syntax.Node) bool {
			or, ok := n.(*syntax.BinaryCmd)
			if !ok || found || or.Op != syntax.OrStmt || !onlySpeaks(or.Y) {
				return !found
			}
			work := workOf(or.X, commands)
			if work == nil || mayFail(work) || (or.X.Cmd == work.Call && work.Conditional()) {
				return true // what one case alone needs may be dispensable
			}
			found = true
			p.Report(lint.Finding{
				Span: work.Span,
				Message: fmt.Sprintf(
					"if %s fails, \"||\" and %s let the build continue; remove them so that the build stops",
					quoteShort(firstLine(p.Doc.Text(work.Span))),
					quoteShort(firstLine(p.Doc.Text(script.SpanOf(or.Y)))),
				),
			})
			return false
		})
	})
}

// onlySpeaks reports whether a statement is true, ":" or echo and nothing else.
func onlySpeaks(stmt *syntax.Stmt) bool {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(stmt.Redirs) > 0 {
		return false
	}
	name, _ := facts.Literal(call.Args[0])
	switch name {
	case "true", ":", "echo", "printf":
		return true
	}
	return false
}

// mayFail reports whether a command is one whose failure is often meant to be ignored:
// what unpacks may complain of owners, and dpkg -i of packages that apt-get -f install brings.
func mayFail(c *facts.Command) bool {
	switch c.Name() {
	case "tar", "unzip", "rpm", "dpkg":
		return true
	}
	return false
}
