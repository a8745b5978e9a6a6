package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyWholeFilesystem finds COPY of / to /: the system of one stage is laid
// over that of another, and every file of it lands in one layer.
//
// Copy what the build made, or build the final stage FROM that one.
//
// Silent into an empty image (FROM scratch), where this is the way to flatten a
// stage, and in stages whose layers are no part of the image.
var CopyWholeFilesystem = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-filesystem",
		Title:    "A whole file system is copied over another",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3067", Severity: lint.Warning}},
			lint.Names("DF026")...,
		),
	},
	Check: checkCopyWholeFilesystem,
}

func checkCopyWholeFilesystem(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("copy", true, func(in *dockerfile.Instruction) {
		sources, to, ok := copyWords(in)
		s := p.Doc.StageOf(in)
		if !ok || len(sources) != 1 || bare(sources[0].Text) != "/" || bare(to.Text) != "/" || !p.Hadolint && s != nil && (s.Base().IsScratch() || !s.InFinalImage()) {
			return
		}
		p.Report(lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s lays a whole system over another, all in one layer; copy what is needed, or build FROM that stage", quoteShort(p.Doc.Text(in.Head))),
		})
	})
}
