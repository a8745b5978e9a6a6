package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// StopsignalUngraceful reports `STOPSIGNAL SIGKILL` and `STOPSIGNAL SIGSTOP`.
//
// # Why it matters
//
// A program cannot handle these signals: SIGKILL ends it at once, and SIGSTOP only
// suspends it until Docker kills it. It cannot finish requests, write its data or remove
// its locks.
//
// # How to fix it
//
// Use SIGTERM, or the signal that the server documents for a shutdown:
//
//	STOPSIGNAL SIGTERM
//
// # Exceptions
//
// It does not report:
//
//   - stages FROM scratch: process 1 of a container ignores signals that it does not
//     handle, so SIGKILL can be right for a small program without handlers
var StopsignalUngraceful = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stopsignal-ungraceful",
		Title:    "Stop signal kills the program without a shutdown",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/no-ungraceful-stopsignal"),
	},
	Check: checkStopsignalUngraceful,
}

func checkStopsignalUngraceful(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("stopsignal", true, func(in *dockerfile.Instruction) {
		if !facts.IsUngracefulSignal(bare(in.Args)) {
			return
		}
		if s := p.Doc.StageOf(in); s != nil && s.Base().IsScratch() {
			return
		}
		p.Report(lint.Finding{
			Span:    in.ArgsSpan,
			Message: fmt.Sprintf("a program cannot catch %s, so it cannot finish requests or write data when the container stops; use SIGTERM, or the server's own signal", quoteShort(bare(in.Args))),
			Fixes:   unsafeFix("use SIGTERM", lint.EffectConfig, lint.Replace(in.ArgsSpan, "SIGTERM")),
		})
	})
}
