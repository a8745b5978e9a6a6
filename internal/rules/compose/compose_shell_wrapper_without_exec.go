package compose

import (
	"fmt"
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
// Silent for bash, which does that by itself, for a single command, where the
// last command is a part of a pipe or of a compound command, for scripts with
// trap or wait, and for jobs that end.
var ComposeShellWrapperWithoutExec = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-shell-wrapper-without-exec",
		Title:    "A shell that does not exec its last command keeps the stop signal from it",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeShellWrapperWithoutExec,
}

func checkComposeShellWrapperWithoutExec(p *lint.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		c := s.Entrypoint()
		if !c.Exists() {
			c = s.Command()
		}
		script, ok := shellScript(commandWords(c), true)
		if !ok || s.IsJob() {
			continue
		}
		last, offset, ok := facts.LastCommand(script)
		if !ok || strings.TrimSpace(script[:offset]) == "" {
			continue
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
