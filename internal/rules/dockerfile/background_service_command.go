package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// BackgroundServiceCommand reports `CMD` and `ENTRYPOINT` instructions that start a
// service in the background and then wait with `tail -f` or `sleep infinity`.
//
// # Why it matters
//
// A container runs as long as its main process, and here that is `tail` or `sleep`. If
// the service crashes, the container keeps running and no restart policy starts the
// service again.
//
// # How to fix it
//
// Start the server itself, in the foreground and with `exec`. Most servers have an
// option for it:
//
//	CMD ["nginx", "-g", "daemon off;"]
//
// # Fix safety
//
// There is no automatic fix: only the author knows which program is the main one.
//
// # Exceptions
//
// It does not report stages named for development or tests, such as `dev` or
// `test`.
var BackgroundServiceCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "background-service-command",
		Title:    "Container keeps running after its service stops",
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
	waits := (last.Name() == "tail" && last.HasFlag("-f", "-F", "--follow")) || (last.Name() == "sleep" && firstAction(last) == "infinity")
	if !waits {
		return
	}
	p.Report(lint.Finding{
		Span:    last.Span,
		Message: fmt.Sprintf("%s keeps the container running after the service stops, so it is not restarted; start the server in the foreground with exec", quoteShort(p.Doc.Text(last.Span))),
	})
}
