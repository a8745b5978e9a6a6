package dockerfile

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StartScriptWithoutExec reports start scripts of the repository that run a known server
// without exec.
//
// # Why it matters
//
// The shell that runs the script stays process 1 and does not pass the stop signal on to
// the server. `docker stop` waits 10 seconds and then kills the server, which cannot
// finish requests or close files.
//
// # How to fix it
//
// Begin the last command of the script with exec, so that the server replaces the shell:
//
//	exec gunicorn app:app
//
// A script that starts the server in the background and waits for it needs a trap that
// passes the signal on.
//
// # Fix safety
//
// There is no automatic fix: the script may have more to do after the server ends.
//
// # Exceptions
//
// It does not report:
//
//   - scripts that are not in the repository
//   - scripts with exec or a trap, and scripts that an init such as tini or dumb-init
//     starts
//   - programs that are not a known server
//   - Node.js and Python programs, which ignore the signal as process 1 unless they handle
//     it
var StartScriptWithoutExec = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "start-script-without-exec",
		Title:    "Start script does not pass the stop signal on to its server",
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
			continue // the stage with the instruction is checked itself
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
			Message: fmt.Sprintf("%s runs %s without exec, so the server does not receive the stop signal and docker stop kills it after 10 seconds; start it with exec, or pass the signal on in a trap", quoteShort(script.Source.Path), program),
			Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(at), Message: "the server is started here"}},
		})
	}
}

// wordTexts are the words of a command.
func wordTexts(c *facts.Command) []string {
	return append([]string{c.Words[0].Text}, c.ArgTexts()...)
}
