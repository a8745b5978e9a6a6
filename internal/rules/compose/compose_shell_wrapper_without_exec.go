package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeShellWrapperWithoutExec reports commands and entrypoints of the form `sh -c
// "a && b"` with several commands, whose last command is started without `exec`.
//
// # Why it matters
//
// The shell is process 1 and does not pass the stop signal (SIGTERM) to the program.
// `docker stop` waits 10 seconds and then kills the program. `init: true` does not
// help, because the init sends the signal only to the shell.
//
// # How to fix it
//
// Start the last command with `exec`, so that it replaces the shell:
//
//	command: ["sh", "-c", "migrate && exec serve"]
//
// # Exceptions
//
// It does not report:
//
//   - images whose `sh` is not known to be dash, which is the shell of Debian and
//     Ubuntu; `bash` and the `ash` of Alpine replace themselves with the last command
//   - a single command
//   - a last command that is part of a pipe or of a compound command, or that is
//     another script
//   - scripts with `trap` or `wait`
//   - jobs that end
var ComposeShellWrapperWithoutExec = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-shell-wrapper-without-exec",
		Title:    "Shell does not pass the stop signal to its last command",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeShellWrapperWithoutExec,
}

func checkComposeShellWrapperWithoutExec(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		c := s.Entrypoint()
		if !c.Exists() {
			c = s.Command()
		}
		script, ok := shellScript(c.Split(), true)
		if !ok || s.IsJob() || !hasDash(p, s) {
			continue
		}
		last, offset, ok := facts.LastCommand(script)
		if !ok || strings.TrimSpace(script[:offset]) == "" || isShell(last) {
			continue // a script must use exec itself
		}
		at := c.Words[len(c.Words)-1]
		f := lint.Finding{
			Span:    at.Span,
			Message: fmt.Sprintf("the shell does not pass the stop signal (SIGTERM) to %q, which is killed after 10 seconds; write %q", shortText(last), "exec "+shortText(last)),
		}
		if c.List && at.Raw == script && s.Owns(c.Pair) {
			edits, ok := p.Doc.File.Replace(at.Node, script[:offset]+"exec "+script[offset:])
			f.Fixes = yamlFix("add exec before the last command", lint.Unsafe, edits, ok, "services.*.command", "services.*.entrypoint")
		}
		p.Report(f)
	}
}

// hasDash reports whether a service's /bin/sh is known to be dash.
func hasDash(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	if b, err := p.Project.Build(s); err == nil && b != nil && b.Stage != nil {
		return b.Stage.Base().System() == facts.Debian && !b.Stage.ShIsBash(b.Stage.From)
	}
	i, ok := s.Image()
	return ok && i.System() == facts.Debian
}

// isShell reports whether a program is a shell, or a script by its name.
func isShell(program string) bool {
	switch base := path.Base(program); base {
	case "sh", "bash", "ash", "dash":
		return true
	default:
		return path.Ext(base) == ".sh"
	}
}
