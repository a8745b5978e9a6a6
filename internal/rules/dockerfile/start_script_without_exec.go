package dockerfile

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StartScriptWithoutExec finds start scripts that run their server without exec: the shell
// that reads the script stays process 1 and does not pass the stop signal on.
//
// "docker stop" then waits ten seconds and kills the server in the middle of its work.
// Begin the last command of the script with exec. A script that starts the server in the
// background and waits for it needs a trap that passes the signal on.
//
// Silent for scripts that are not in the repository, for scripts with exec or a trap, behind
// tini and dumb-init, and for programs that are no known server. Node and Python programs
// are left out: as process 1 they ignore the signal unless they handle it.
//
// There is no fix: the fault is in the script, which may do more after the server ends.
var StartScriptWithoutExec = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "start-script-without-exec",
		Title:    "A start script keeps the stop signal from its server",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkStartScriptWithoutExec,
}

func checkStartScriptWithoutExec(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		in, args := s.Entrypoint(), []string(nil)
		switch cmd := s.Command(); {
		case in == nil:
			in = cmd
		case cmd != nil:
			if commands := p.Doc.Commands(cmd); cmd.JSON && len(commands) > 0 {
				args = wordTexts(commands[0])
			}
		}
		if in == nil || p.Doc.StageOf(in) != s {
			continue // the stage with the instruction is looked at by itself
		}
		commands := p.Doc.Commands(in)
		if len(commands) == 0 {
			continue
		}
		c := commands[len(commands)-1]
		if !c.Words[0].Literal || isInit(path.Base(c.Words[0].Text)) {
			continue
		}
		script := p.Project.ScriptOf(s, c)
		if script == nil {
			continue
		}
		program, at := script.ServerBehindShell(args)
		if program == "" {
			continue
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s runs %s without exec, so the shell does not pass the stop signal on and the server is killed after ten seconds; start it with exec, or pass the signal on with a trap", quoteShort(script.Source.Path), program),
			Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(at), Message: "the server is started here"}},
		})
	}
}

// wordTexts are the words of a command.
func wordTexts(c *facts.Command) []string {
	return append([]string{c.Words[0].Text}, c.ArgTexts()...)
}
