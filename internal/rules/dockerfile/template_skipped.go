package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// TemplateSkipped reports files that were named on the command line and are templates, so
// they were not linted.
//
// # Why it matters
//
// A template is not a Dockerfile until its placeholders are filled in, so most findings in
// it would be wrong. Faults of the generated file stay unnoticed.
//
// # How to fix it
//
// Lint the file that is generated from the template, or lint templates like other files
// with this in `.dockmend.yaml`:
//
//	templates: lint
//
// # Fix safety
//
// There is no automatic fix: the generated file is not known.
//
// # Exceptions
//
// It does not report:
//
//   - templates that were found in a directory; they are counted among the files that were
//     not linted
//   - templates if the configuration has `templates: lint`
var TemplateSkipped = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "template-skipped",
		Title:    "File is a template and was not linted",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkTemplateSkipped,
}

// checkTemplateSkipped runs on templates only; the engine calls it.
func checkTemplateSkipped(p *facts.Pass[*facts.Dockerfile]) {
	span := text.Span{}
	if len(p.Doc.Instructions) > 0 {
		span = p.Doc.Instructions[0].Head
	}
	p.Report(lint.Finding{Span: span, Message: "the file is a template and was not linted; lint the file that is generated from it, or set templates: lint"})
}
