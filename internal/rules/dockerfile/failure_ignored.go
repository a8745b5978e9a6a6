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
//   - a build whose tool runs again in a later `RUN` of the stage, so that the first only
//     fills its cache
//   - stages for development
//   - a fallback that prints a warning, such as `|| echo "skipped: no GPU"`, and a `RUN`
//     below a comment that gives the reason or says that the step may fail
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
		if p.Doc.ExplainsInstruction(in, "fail", "fails", "failure", "optional", "ignore", "best") {
			return
		}
		commands := map[*syntax.CallExpr]*facts.Command{}
		for _, c := range p.Doc.Commands(in) {
			commands[c.Call] = c
		}
		found := false
		syntax.Walk(script.File, func(n syntax.Node) bool {
			or, ok := n.(*syntax.BinaryCmd)
			if !ok || found || or.Op != syntax.OrStmt || !isQuietFallback(or.Y) {
				return !found
			}
			work := workOf(or.X, commands)
			if work == nil || mayFail(work) || (or.X.Cmd == work.Call && work.Conditional()) {
				return true // what one case alone needs may be dispensable
			}
			if runsAgain(p.Doc, in, work) {
				return true // it only fills a cache
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

// mayFailWords are in texts whose author knows that the command can fail.
var mayFailWords = []string{"warn", "optional", "skip", "not available", "unavailable", "unsupported", "not supported"}

// isQuietFallback reports whether a statement is true or ":", or prints a text that does
// not say that the command may fail.
func isQuietFallback(stmt *syntax.Stmt) bool {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(stmt.Redirs) > 0 {
		return false
	}
	name, _ := facts.Literal(call.Args[0])
	switch name {
	case "true", ":":
		return true
	case "echo", "printf":
		return !slices.ContainsFunc(call.Args[1:], func(arg *syntax.Word) bool {
			said, _ := facts.Literal(arg)
			said = strings.ToLower(said)
			return slices.ContainsFunc(mayFailWords, func(word string) bool { return strings.Contains(said, word) })
		})
	}
	return false
}

// runsAgain reports whether a later RUN of the stage runs the same program, and fails if
// it fails: then the earlier one, often before the sources are copied, fills its cache.
func runsAgain(d *facts.Dockerfile, in *dockerfile.Instruction, work *facts.Command) bool {
	return slices.ContainsFunc(d.StageOf(in).Instructions, func(later *dockerfile.Instruction) bool {
		if later.Keyword != "run" || later.Span.Start <= in.Span.Start || strings.Contains(later.Body, "||") {
			return false
		}
		return slices.ContainsFunc(d.Commands(later), func(c *facts.Command) bool { return isBuildOf(c, work) })
	})
}

// isBuildOf reports whether two commands run the same build tool.
func isBuildOf(c, work *facts.Command) bool {
	return c.Name() == work.Name() && slices.Contains([]string{"gradle", "gradlew", "mvn", "mvnw", "cargo", "go", "dotnet", "sbt", "make"}, c.Name())
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
