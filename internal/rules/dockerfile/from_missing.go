package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromMissing finds files that hold instructions but no FROM.
//
// Every build begins with one, if only with "FROM scratch". Without it the
// build stops at the first instruction.
//
// Silent for files without any instruction, of which syntax-error speaks, and
// for templates.
var FromMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-missing",
		Title:    "A file without any FROM has nothing to build",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/require-stages"),
	},
	Check: checkFromMissing,
}

func checkFromMissing(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Instructions) == 0 || len(p.Doc.Stages()) > 0 {
		return
	}
	p.Report(lint.Finding{
		Span:    p.Doc.Instructions[0].Head,
		Message: "the file has no FROM, so the build stops here; begin it with FROM and a base image",
	})
}
