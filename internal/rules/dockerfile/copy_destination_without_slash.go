package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyDestinationWithoutSlash reports `COPY` and `ADD` with several sources and a
// destination that does not end with a slash.
//
// # Why it matters
//
// Several sources need a folder as their destination, and only a slash at its end marks
// a folder. The build fails.
//
// # How to fix it
//
// Add the slash:
//
//	COPY package.json package-lock.json /app/
//
// # Exceptions
//
// It does not report:
//
//   - instructions with one source
//   - a destination that is or ends with a variable, and `.` or `..`
var CopyDestinationWithoutSlash = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-destination-without-slash",
		Title:    "Destination of several sources does not end with a slash",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3021", Severity: lint.Error}},
			lint.Names("DF048", "DS011", "kics:copy_2_Args", "kics:copy_with_more_than_two_arguments_not_ending_with_slash")...,
		),
	},
	Check: checkCopyDestinationWithoutSlash,
}

func checkCopyDestinationWithoutSlash(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		if keyword == "add" && p.Hadolint {
			return
		}
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			sources, to, ok := copyWords(in)
			path := bare(to.Text)
			if !ok || len(sources) < 2 || path == "" || strings.HasSuffix(path, "/") || strings.HasSuffix(path, `\`) ||
				(!p.Hadolint && (path == "." || path == ".." || strings.HasPrefix(path, "$") || strings.HasSuffix(path, "}") || strings.HasSuffix(path, "/."))) {
				return
			}
			f := lint.Finding{
				Span:    to.Span,
				Message: fmt.Sprintf("%d sources are copied to %s, which does not end with a slash, so the build fails; write %s", len(sources), quoteShort(path), quoteShort(path+"/")),
			}
			at := to.Span.End
			if path != to.Text || in.JSON {
				at--
			}
			f.Fixes = []lint.Fix{
				{Title: "add the slash", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(at, "/")}},
			}
			p.Report(f)
		})
	}
}
