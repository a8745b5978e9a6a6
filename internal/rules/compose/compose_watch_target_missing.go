package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeWatchTargetMissing reports rules of `develop.watch` that copy files and have
// no `target`, and rules with an empty `path`.
//
// # Why it matters
//
// Compose refuses the file, so no service of it starts.
//
// # How to fix it
//
// Add the folder in the container:
//
//	watch:
//	  - action: sync
//	    path: ./src
//	    target: /app/src
//
// # Fix safety
//
// There is no automatic fix: only the author knows to which folder the files belong.
//
// # Exceptions
//
// It does not report the actions `rebuild` and `restart`, which copy nothing.
var ComposeWatchTargetMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-watch-target-missing",
		Title:    "Watch rule has no target or an empty path",
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
				p.Report(lint.Finding{Span: w.Path.Span, Message: "the path to watch is empty, so Compose refuses the file; write a path, such as \"./src\""})
			}
			if !w.Action.Known || (w.Target.Exists() && w.Target.Raw != "") {
				continue
			}
			switch w.Action.Text {
			case "sync", "sync+restart", "sync+exec":
				p.Report(lint.Finding{
					Span:    w.Action.Span,
					Message: fmt.Sprintf("%q has no target, so Compose refuses the file; add the folder in the container to which the files are copied", w.Action.Text),
				})
			}
		}
	}
}
