package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyDestinationWithoutSlash finds COPY and ADD with several sources whose
// destination does not end in a slash: the build fails.
//
// Silent for one source, and for a destination that is a variable or a dot.
var CopyDestinationWithoutSlash = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-destination-without-slash",
		Title:    "Several sources, and a destination that is no folder",
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
				!p.Hadolint && (path == "." || path == ".." || strings.HasPrefix(path, "$") || strings.HasSuffix(path, "}") || strings.HasSuffix(path, "/.")) {
				return
			}
			f := lint.Finding{
				Span:    to.Span,
				Message: fmt.Sprintf("%d files are copied to %s, which is no folder without a slash at its end, so the build fails; write %s", len(sources), quoteShort(path), quoteShort(path+"/")),
			}
			at := to.Span.End
			if path != to.Text || in.JSON {
				at--
			}
			f.Fixes = []lint.Fix{{Title: "append the slash", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(at, "/")}}}
			p.Report(f)
		})
	}
}
