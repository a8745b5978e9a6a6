package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SyntaxDirectiveMissing reports files that use features of newer Dockerfile frontends,
// such as here-documents, `RUN --mount` or `COPY --link`, without a `# syntax` line that
// selects the frontend.
//
// # Why it matters
//
// A builder that is older than the feature does not know it, and the build fails with a
// syntax error. With the directive, BuildKit downloads a frontend that knows it.
//
// The rule is off by default, because Docker 23 and later know most of these features
// without the directive.
//
// # How to fix it
//
// Begin the file with the directive:
//
//	# syntax=docker/dockerfile:1
//
// # Exceptions
//
// It does not report:
//
//   - files that have the directive
//   - uses after the first one, because one line is enough for the file
var SyntaxDirectiveMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-directive-missing",
		Title:    "File uses new syntax without a syntax directive",
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
		p.Report(
			lint.Finding{
				Fixes: nameFrontend(p.Doc),
				Span:  in.KeywordSpan,
				Message: fmt.Sprintf(
					"%s does not work in older builders, and the file has no syntax line; begin the file with # syntax=docker/dockerfile:1",
					feature,
				),
			},
		)
		return
	}
}

// nameFrontend adds the directive as the first line. It has no fix where the file has one
// further down, which is only a comment there and must be moved.
func nameFrontend(d *facts.Dockerfile) []lint.Fix {
	for _, line := range d.Physical {
		if line.Kind == dockerfile.CommentLine &&
			strings.HasPrefix(strings.ToLower(strings.TrimLeft(d.Text(text.Span{Start: line.Text, End: line.EOL}), "# \t")), "syntax") {
			return nil
		}
	}
	return unsafeFix("add # syntax=docker/dockerfile:1 as the first line", lint.EffectUnknown, lint.Insert(firstLineStart(d), "# syntax=docker/dockerfile:1"+d.Newline()))
}
