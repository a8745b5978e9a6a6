package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// StopsignalUngraceful finds STOPSIGNAL SIGKILL or SIGSTOP: the program cannot
// end its requests or write its data.
//
// Silent in a stage FROM scratch: the first process of a container gets no signal
// that it does not handle, so SIGKILL is right for a small program without handlers,
// and nothing in the file says which kind of program it is.
var StopsignalUngraceful = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stopsignal-ungraceful",
		Title:    "STOPSIGNAL lets nothing finish",
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
			Message: fmt.Sprintf("%s cannot be caught, so nothing is finished or written when the container stops; use SIGTERM, or the signal of the server", quoteShort(bare(in.Args))),
			Fixes:   unsafeFix("use SIGTERM", lint.EffectConfig, lint.Replace(in.ArgsSpan, "SIGTERM")),
		})
	})
}
