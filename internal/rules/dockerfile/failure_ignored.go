package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// FailureIgnored finds installations, downloads and builds behind which "|| true" or
// "|| echo ..." stands: the step succeeds when they fail, and the image is built, kept and
// shipped without what they bring.
//
// Remove it. Where something may be missing, test for that and let all other failures stop
// the build.
//
// Behind a chain of commands it ignores all of them: in "make && make install && strip tool
// || true" a failure of make as well. Put braces around the last one.
//
// Silent for what only tidies up, for a single installation inside of if or case, where the
// other branch does something itself, stops or tries again, and in stages for development.
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
		if s == nil || !s.ReachesFinal() || isDevelopment(s) || !strings.Contains(in.Body, "||") || !p.Doc.RunsPOSIX(in) {
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
			if work == nil || mayFail(work) || or.X.Cmd == work.Call && work.Conditional() {
				return true // what one case alone needs may be dispensable
			}
			found = true
			p.Report(lint.Finding{
				Span:    work.Span,
				Message: fmt.Sprintf("if %s fails the build goes on without it, since %s follows \"||\"; remove that, so that the build stops", quoteShort(firstLine(p.Doc.Text(work.Span))), quoteShort(firstLine(p.Doc.Text(script.SpanOf(or.Y))))),
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
