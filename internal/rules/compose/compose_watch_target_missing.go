package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeWatchTargetMissing finds a rule of develop.watch that copies files and
// does not say where to, or one with an empty path. Compose refuses the file.
//
// Silent for rebuild and restart, which copy nothing.
//
// There is no fix: only the author knows where the files go in the container.
var ComposeWatchTargetMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-watch-target-missing",
		Title:    "A watch rule does not say where the files go",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:watch-target"),
	},
	Check: checkComposeWatchTargetMissing,
}

func checkComposeWatchTargetMissing(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, w := range s.Watch() {
			if w.Path.Exists() && w.Path.Raw == "" {
				p.Report(lint.Finding{Span: w.Path.Span, Message: "the path to watch is empty, and Compose refuses the file; write one, as \"./src\""})
			}
			if !w.Action.Known || w.Target.Exists() && w.Target.Raw != "" {
				continue
			}
			switch w.Action.Text {
			case "sync", "sync+restart", "sync+exec":
				p.Report(lint.Finding{
					Span:    w.Action.Span,
					Message: fmt.Sprintf("%q has no target, and Compose refuses the file; add the folder of the container that the files go to", w.Action.Text),
				})
			}
		}
	}
}
