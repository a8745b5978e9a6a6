package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// TemplateSkipped says that a file that was named is a template, which was not linted.
//
// A template is no Dockerfile until it is filled in, so what other rules would
// say about it is seldom true. Lint the file that is made of it.
//
// Silent for templates that were found in a folder: they are counted among the files that
// were not looked at. Silent with "templates: lint" in the configuration, which lints templates
// like other files.
//
// There is no fix: what the template becomes is not known.
var TemplateSkipped = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "template-skipped",
		Title:    "The file is a template and was not linted",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkTemplateSkipped,
}

// checkTemplateSkipped is run by the engine on templates only.
func checkTemplateSkipped(p *facts.Pass[*facts.Dockerfile]) {
	span := text.Span{}
	if len(p.Doc.Instructions) > 0 {
		span = p.Doc.Instructions[0].Head
	}
	p.Report(lint.Finding{Span: span, Message: "the file is a template and was not linted; lint what is made of it, or set templates: lint"})
}
