package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeStopSignalUngraceful reports `SIGKILL` and `SIGSTOP` as `stop_signal`.
//
// # Why it matters
//
// A program cannot handle these signals. It ends without finishing its requests or
// writing its data.
//
// # How to fix it
//
// Remove the line to use SIGTERM, or name the signal that the program handles:
//
//	stop_signal: SIGQUIT
//
// # Exceptions
//
// It does not report other signals, or values from a variable without a default.
var ComposeStopSignalUngraceful = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-stop-signal-ungraceful",
		Title:    "Stop signal cannot be handled by the program",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeStopSignalUngraceful,
}

func checkComposeStopSignalUngraceful(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		v := s.Value("stop_signal")
		if !v.Exists() || !v.Known || !facts.IsUngracefulSignal(v.Text) {
			continue
		}
		p.Report(lint.Finding{
			Span:    v.Span,
			Message: fmt.Sprintf("%q cannot be caught, so %q loses open requests and unsaved data when it stops; remove the line, or use a signal that the program handles", shortText(v.Raw), shortText(s.Name)),
			Fixes:   deleteKey(s, "stop_signal", "remove the line"),
		})
	}
}
