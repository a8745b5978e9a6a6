package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeStartScriptWithoutExec reports commands and entrypoints that are a script of
// the repository which starts its server without `exec`.
//
// # Why it matters
//
// The shell that runs the script does not pass the stop signal (SIGTERM) to the
// server. `docker stop` waits 10 seconds and then kills the server in the middle of
// its work.
//
// # How to fix it
//
// Start the server with `exec` as the last command of the script:
//
//	exec celery -A app worker
//
// A script that starts the server in the background and waits for it needs a `trap`
// that passes the signal on.
//
// # Fix safety
//
// There is no automatic fix: the script can do more after the server ends.
//
// # Exceptions
//
// It does not report:
//
//   - scripts that are not in the repository
//   - scripts with `exec` or a `trap`
//   - programs that are not known servers
//   - jobs that end
var ComposeStartScriptWithoutExec = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-start-script-without-exec",
		Title:    "Start script does not pass the stop signal to its server",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeStartScriptWithoutExec,
}

func checkComposeStartScriptWithoutExec(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		entrypoint, command := s.Entrypoint(), s.Command()
		at, words, args := command, command.Split(), []string(nil)
		if entrypoint.Exists() {
			at, words, args = entrypoint, entrypoint.Split(), words
		}
		if len(words) == 0 || s.IsJob() {
			continue
		}
		script := scriptOfService(p, s, facts.ScriptNamed(words))
		if script == nil {
			continue
		}
		program, where := script.ServerBehindShell(args)
		if program == "" {
			continue
		}
		p.Report(lint.Finding{
			Span:    at.Node.Span,
			Message: fmt.Sprintf("%q runs %s without exec, so the server does not receive the stop signal (SIGTERM) and is killed; use exec, or pass the signal on with a trap", shortText(script.Source.Path), program),
			Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(where), Message: "the server is started here"}},
		})
	}
}

// scriptOfService is the script at a path in the containers of a service: a file that is
// mounted there, or one that its build copies. It is nil where it is not known.
func scriptOfService(p *facts.Pass[*facts.Compose], s *facts.ComposeService, name string) *facts.ScriptFile {
	for _, m := range s.AllMounts() {
		if m.Kind != compose.RelativePath || !m.Known || name == "" {
			continue
		}
		below, found := strings.CutPrefix(name, strings.TrimSuffix(m.Target, "/"))
		if !found || (below != "" && !strings.HasPrefix(below, "/")) {
			continue
		}
		file := path.Join(m.Source, below)
		src, err := p.Files.ReadFile(file)
		if err != nil {
			return nil
		}
		return facts.ReadScript(lint.NewSource(p.Files.Path(file), src))
	}
	built, err := p.Project.Build(s)
	if err != nil {
		return nil
	}
	return p.Project.ScriptIn(built, name)
}
