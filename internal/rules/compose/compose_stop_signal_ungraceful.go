package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeStopSignalUngraceful finds SIGKILL and SIGSTOP as stop_signal: the
// program cannot end its requests or write its data.
//
// Delete the line, or name the signal of the program.
//
// Silent for other signals and for variables.
var ComposeStopSignalUngraceful = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-stop-signal-ungraceful",
		Title:    "The stop signal lets nothing finish",
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
			Message: fmt.Sprintf("%q cannot be caught, so that %q finishes and writes nothing when it stops; delete the line, or name the signal of the program", shortText(v.Raw), shortText(s.Name)),
			Fixes:   deleteKey(s, "stop_signal", "delete the line"),
		})
	}
}
