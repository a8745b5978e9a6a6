package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyWholeFilesystem reports `COPY` of `/` to `/`, usually from another stage.
//
// # Why it matters
//
// The files of one system overwrite those of another, and files that the first one
// deleted are back. All files are in a single layer, which cannot be shared with other
// images.
//
// # How to fix it
//
// Copy only what the build made, or begin the final stage with `FROM` that stage.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which files the image needs.
//
// # Exceptions
//
// It does not report:
//
//   - an empty image (`FROM scratch`), where this is the way to flatten a stage
//   - stages whose layers are not part of the final image
var CopyWholeFilesystem = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-filesystem",
		Title:    "Whole file system is copied over another one",
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
		if _, isFrom := in.Flag("from"); p.Hadolint && !isFrom {
			return
		}
		if !ok || len(sources) != 1 || bare(sources[0].Text) != "/" || bare(to.Text) != "/" {
			return
		}
		if !p.Hadolint && s != nil && (s.Base().IsScratch() || !s.InFinalImage()) {
			return
		}
		p.Report(lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s copies a whole system over another one, in a single layer; copy only what is needed, or build FROM that stage", quoteShort(p.Doc.Text(in.Head))),
		})
	})
}
