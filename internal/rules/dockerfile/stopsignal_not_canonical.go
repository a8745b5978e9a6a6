package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// StopsignalNotCanonical reports `STOPSIGNAL` with a number, in lower case, or without the
// prefix SIG.
//
// # Why it matters
//
// Docker accepts all spellings. A reader knows SIGQUIT, but has to look up signal 3.
//
// The rule is off by default, because it is a matter of style.
//
// # How to fix it
//
// Write the name of the signal:
//
//	STOPSIGNAL SIGQUIT
//
// # Exceptions
//
// It does not report:
//
//   - signals other than HUP, INT, QUIT, USR1, USR2, TERM and WINCH
var StopsignalNotCanonical = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stopsignal-not-canonical",
		Title:    "Stop signal is not written by its name",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/prefer-canonical-stopsignal"),
	},
	Check: checkStopsignalNotCanonical,
}

func checkStopsignalNotCanonical(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("stopsignal", true, func(in *dockerfile.Instruction) {
		written := bare(in.Args)
		name := canonicalSignal(written)
		if name == "" || name == written {
			return
		}
		p.Report(lint.Finding{
			Span: in.ArgsSpan, Message: fmt.Sprintf("stop signal %s is easier to read by its name; write %s", quoteShort(written), name),
			Fixes: []lint.Fix{
				{
					Title:         "write " + name,
					Applicability: lint.Safe,
					MaxEffect:     lint.EffectConfig,
					Edits:         []lint.FileEdit{lint.Replace(in.ArgsSpan, name)},
				},
			},
		})
	})
}
