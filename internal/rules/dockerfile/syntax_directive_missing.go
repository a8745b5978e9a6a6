package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SyntaxDirectiveMissing finds files that use what older builders do not know
// (here-documents, RUN --mount, COPY --link) without a # syntax line that names
// the frontend.
//
// Off by default: every builder since Docker 23 knows them.
var SyntaxDirectiveMissing = facts.Rule[*facts.Dockerfile]{
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

func checkSyntaxDirectiveMissing(p *facts.Pass[*facts.Dockerfile]) {
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
		p.Report(lint.Finding{Fixes: nameFrontend(p.Doc), Span: in.KeywordSpan, Message: fmt.Sprintf("%s needs a newer frontend, and the file names none; begin it with # syntax=docker/dockerfile:1", feature)})
		return
	}
}

// nameFrontend adds the directive as the first line. Where the file has one
// further down, which is only a comment there, that one has to move.
func nameFrontend(d *facts.Dockerfile) []lint.Fix {
	for _, line := range d.Physical {
		if line.Kind == dockerfile.CommentLine && strings.HasPrefix(strings.ToLower(strings.TrimLeft(d.Text(text.Span{Start: line.Text, End: line.EOL}), "# \t")), "syntax") {
			return nil
		}
	}
	return unsafeFix("name the frontend in the first line", lint.EffectUnknown, lint.Insert(firstLineStart(d), "# syntax=docker/dockerfile:1"+d.Newline()))
}

// firstLineStart is where directives begin: behind a byte order mark and behind a
// line for the kernel, which BuildKit skips.
func firstLineStart(d *facts.Dockerfile) int {
	if first := d.Physical[0]; strings.HasPrefix(d.Text(text.Span{Start: first.Text, End: first.EOL}), "#!") {
		return first.End
	}
	return d.Lines.Offset(text.Position{Line: 1, Column: 1})
}
