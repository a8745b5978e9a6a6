package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// UnknownInstruction reports words at the start of a line that are not a Dockerfile
// instruction, also after `ONBUILD`.
//
// # Why it matters
//
// The build stops there with "unknown instruction". Most are typing errors, others are the
// second line of a command whose first line does not end with a backslash.
//
// # How to fix it
//
// Correct the name of the instruction, or continue the line above:
//
//	RUN apt-get update && \
//	    apt-get install -y curl
//
// # Exceptions
//
// It does not report:
//
//   - lines of here-documents, continued lines and comments
var UnknownInstruction = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unknown-instruction",
		Title:    "Word at the start of the line is not a Dockerfile instruction",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL1000", Severity: lint.Error}, {Name: "tally/unknown-instruction"}},
	},
	Check: checkUnknownInstruction,
}

func checkUnknownInstruction(p *facts.Pass[*facts.Dockerfile]) {
	for i, in := range p.Doc.Instructions {
		trigger := in.Inner != nil
		if trigger {
			in = in.Inner
		}
		if !isUnknown(in) || in.Keyword == "" {
			continue
		}
		keyword := p.Doc.Text(in.KeywordSpan)
		f := lint.Finding{Span: in.KeywordSpan}
		near, ok := nearest.Name(keyword, keywords)
		switch {
		case ok:
			f.Message = fmt.Sprintf("%q is not an instruction, so the build fails; write %s", short(keyword), near)
			// BuildKit reads a trigger only once it is a known one. A file without a stage
			// may well be one of another language.
			if !trigger && (near == "FROM" || len(p.Doc.Stages()) > 0) {
				f.Fixes = []lint.Fix{{
					Title: "write " + near, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
					Edits: []lint.FileEdit{lint.Replace(in.KeywordSpan, near)},
				}}
			}
		case i > 0 && p.Doc.Instructions[i-1].Keyword == "run":
			f.Message = fmt.Sprintf("%q is not an instruction, so the build fails; if the line belongs to the RUN above, end the line before it with %c", short(keyword), p.Doc.Escape)
		default:
			f.Message = fmt.Sprintf("%q is not an instruction, so the build fails; write an instruction such as FROM, RUN or COPY, or remove the line", short(keyword))
		}
		p.Report(f)
	}
}
