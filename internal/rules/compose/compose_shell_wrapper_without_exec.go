package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeShellWrapperWithoutExec finds a command or an entrypoint of "sh -c"
// with several commands, the last of which is started without exec.
//
// The shell stays process 1 and does not pass the stop signal on, so that the
// program is killed after ten seconds; "init: true" does not help. With exec in
// front, the last command takes the shell's place.
//
// Silent where it is not known that sh is dash, as in images of Debian and Ubuntu:
// bash and the ash of Alpine step aside by themselves. Silent too for a single
// command, where the last command is a part of a pipe or of a compound command or
// starts another script, for scripts with trap or wait, and for jobs that end.
var ComposeShellWrapperWithoutExec = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-shell-wrapper-without-exec",
		Title:    "A shell that does not exec its last command keeps the stop signal from it",
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
			continue // a script has to exec in its turn
		}
		at := c.Words[len(c.Words)-1]
		f := lint.Finding{
			Span:    at.Span,
			Message: fmt.Sprintf("the shell stays in front of %q and keeps the stop signal from it; write exec %s", shortText(last), shortText(last)),
		}
		if c.List && at.Raw == script && s.Owns(c.Pair) {
			edits, ok := p.Doc.File.Replace(at.Node, script[:offset]+"exec "+script[offset:])
			f.Fixes = yamlFix("put exec before the last command", lint.Unsafe, edits, ok, "services.*.command", "services.*.entrypoint")
		}
		p.Report(f)
	}
}

// hasDash tells whether a service's /bin/sh is known to be dash.
func hasDash(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	if b, err := p.Project.Build(s); err == nil && b != nil && b.Stage != nil {
		return b.Stage.Base().System() == facts.Debian && !b.Stage.ShIsBash(b.Stage.From)
	}
	i, ok := s.Image()
	return ok && i.System() == facts.Debian
}

// isShell tells whether a program is a shell, or a script by its name.
func isShell(program string) bool {
	switch base := path.Base(program); base {
	case "sh", "bash", "ash", "dash":
		return true
	default:
		return path.Ext(base) == ".sh"
	}
}
