package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyWholeContext reports `COPY` and `ADD` of the whole build context into the final
// image.
//
// # Why it matters
//
// The image gets tests, notes and every file that is added to the folder later,
// including files with secrets. Each change of any of them also ends the build cache at
// this step.
//
// The rule is off by default, because with a good `.dockerignore` this is common.
//
// # How to fix it
//
// Copy only what the program needs, or let `.dockerignore` exclude everything and
// include what is needed:
//
//	*
//	!src
//	!package.json
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are not part of the final image
//   - a `.dockerignore` that excludes everything by default, as above
//   - folders without a `.dockerignore`; the rule `dockerignore-missing` reports these
var CopyWholeContext = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-whole-context",
		Title:    "Whole build context is copied into the image",
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
		// A name that no pattern has is excluded only by a list of what to include.
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
					Message: fmt.Sprintf("%s copies everything that .dockerignore does not exclude, including files that are added later; copy only what the program needs", quoteShort(p.Doc.Text(in.Head))),
				})
			}
		}
	}
}
