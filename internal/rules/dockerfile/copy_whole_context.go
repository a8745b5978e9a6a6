package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyWholeContext finds COPY of the whole build context into the image: tests,
// notes, and whatever somebody leaves there tomorrow come along.
//
// Name what the program needs, or let .dockerignore exclude everything and take
// in what is needed.
//
// Silent in stages whose layers are no part of the image, where .dockerignore is
// such a list, and where there is none, which is a finding of its own. Off by
// default: with a good .dockerignore this is normal.
var CopyWholeContext = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-context",
		Title:    "The whole build context ends in the image",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF007", "DKL-LI-0003", "docs:copy-specific"),
		Needs:    lint.NeedsContext,
	},
	Check: checkCopyWholeContext,
}

func checkCopyWholeContext(p *facts.Pass[*facts.Dockerfile]) {
	if p.Files.Known() {
		if _, ok := p.Files.Exists(".dockerignore"); !ok {
			return
		}
		// A name that nobody has thought of is excluded by a list of what to take in.
		if _, ignored := p.Files.Ignored("a-name-that-no-pattern-has"); ignored {
			return
		}
	}
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		for _, in := range s.Instructions {
			if in.Err == nil && copiesAll(in) {
				p.Report(lint.Finding{
					Span:    in.Head,
					Message: fmt.Sprintf("%s takes everything that .dockerignore does not exclude into the image; name what the program needs", quoteShort(p.Doc.Text(in.Head))),
				})
			}
		}
	}
}
