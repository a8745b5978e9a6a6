package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// BackgroundServiceCommand finds start commands that start a service in the
// background and then only keep the container alive, with tail -f or sleep
// infinity: when the service dies nobody sees it.
//
// Start the server itself in the foreground, with exec.
var BackgroundServiceCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "background-service-command",
		Title:    "The container waits for nothing",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkBackgroundServiceCommand,
}

func checkBackgroundServiceCommand(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isDevelopment(s) {
		return
	}
	in := s.Command()
	if e := s.Entrypoint(); e != nil {
		in = e
	}
	if in == nil {
		return
	}
	commands := p.Doc.Commands(in)
	if len(commands) < 2 {
		return
	}
	last := commands[len(commands)-1]
	waits := last.Name() == "tail" && last.HasFlag("-f", "-F", "--follow") || last.Name() == "sleep" && firstAction(last) == "infinity"
	if !waits {
		return
	}
	p.Report(lint.Finding{
		Span:    last.Span,
		Message: fmt.Sprintf("%s keeps the container alive whatever becomes of the service before it; start the server in the foreground, with exec", quoteShort(p.Doc.Text(last.Span))),
	})
}
