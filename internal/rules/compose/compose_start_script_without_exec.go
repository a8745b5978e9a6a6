package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeStartScriptWithoutExec finds a command or an entrypoint that is a script of the
// repository which runs its server without exec: the shell that reads the script does not
// pass the stop signal on.
//
// The container then waits ten seconds, and the server is killed in the middle of its work.
// Begin the last command of the script with exec. A script that starts the server in the
// background and waits for it needs a trap that passes the signal on.
//
// Silent for scripts that are not in the repository, for scripts with exec or a trap, and
// for programs that are no known server.
//
// There is no fix: the fault is in the script, which may do more after the server ends.
var ComposeStartScriptWithoutExec = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-start-script-without-exec",
		Title:    "A start script keeps the stop signal from its server",
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
			Message: fmt.Sprintf("%q runs %s without exec, so the shell does not pass the stop signal on and the server is killed; start it with exec, or pass the signal on with a trap", shortText(script.Source.Path), program),
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
		if !found || below != "" && !strings.HasPrefix(below, "/") {
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
