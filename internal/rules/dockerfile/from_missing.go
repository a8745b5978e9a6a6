package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FromMissing reports files with instructions but without `FROM`.
//
// # Why it matters
//
// Every build begins with a base image. Without `FROM`, it fails at the first
// instruction.
//
// # How to fix it
//
// Begin the file with `FROM` and a base image, or with `FROM scratch` for an empty one.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which image is meant.
//
// # Exceptions
//
// It does not report:
//
//   - files without any instruction; the rule `syntax-error` reports these
//   - templates
var FromMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-missing",
		Title:    "File has no FROM instruction",
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
		Message: "the file has no FROM, so the build fails here; begin it with FROM and a base image",
	})
}
