package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SyntaxDirectiveMissing finds files that use what older builders do not know
// (here-documents, RUN --mount, COPY --link) without a # syntax line that names
// the frontend.
//
// Off by default: every builder since Docker 23 knows them.
var SyntaxDirectiveMissing = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-directive-missing",
		Title:    "A new feature, and no # syntax line",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkSyntaxDirectiveMissing,
}

func checkSyntaxDirectiveMissing(p *lint.Pass[*facts.Dockerfile]) {
	if _, ok := p.Doc.Directive("syntax"); ok {
		return
	}
	for _, in := range p.Doc.Instructions {
		feature := ""
		switch {
		case len(in.Heredocs) > 0:
			feature = "a here-document"
		case in.Keyword == "run" && hasMount(in):
			feature = "RUN --mount"
		}
		for _, name := range []string{"link", "chmod", "checksum", "parents", "exclude"} {
			if _, ok := flagOf(in, name); ok {
				feature = "--" + name
			}
		}
		if feature == "" {
			continue
		}
		p.Report(lint.Finding{Span: in.KeywordSpan, Message: fmt.Sprintf("%s needs a newer frontend, and the file names none; begin it with # syntax=docker/dockerfile:1", feature)})
		return
	}
}
