package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyRelativeWithoutWorkdir finds COPY and ADD to a relative path in a stage
// that sets no WORKDIR.
//
// Where the files land is the base image's choice: mostly the root folder, and
// somewhere else after an update of it.
//
// Silent for absolute paths, also of Windows, for variables, and where a stage
// that this one builds on sets the folder.
var CopyRelativeWithoutWorkdir = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-relative-without-workdir",
		Title:    "A relative destination, and no WORKDIR",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3045", Severity: lint.Warning}},
			lint.Names("DF063")...,
		),
	},
	Check: checkCopyRelativeWithoutWorkdir,
}

func checkCopyRelativeWithoutWorkdir(p *lint.Pass[*facts.Dockerfile]) {
	told := map[*facts.Stage]bool{} // one finding for a stage
	for _, keyword := range []string{"copy", "add"} {
		if keyword == "add" && p.Hadolint {
			return
		}
		p.Doc.Each(keyword, p.Hadolint, func(in *dockerfile.Instruction) {
			if !p.Hadolint && told[p.Doc.StageOf(in)] {
				return
			}
			_, to, ok := copyWords(in)
			path := bare(to.Text)
			s := p.Doc.StageOf(in)
			if !ok || path == "" || isAbsoluteDestination(path) || strings.HasPrefix(path, "$") || s != nil && hasWorkdir(s, in) {
				return
			}
			told[s] = true
			p.Report(lint.Finding{
				Span:    to.Span,
				Message: fmt.Sprintf("%s is relative, and no WORKDIR says to what, so the base image decides; set WORKDIR first, or write the whole path", quoteShort(path)),
			})
		})
	}
}
